select 'the refused changed nothing', count(*) = 0 from segue.approvals;
