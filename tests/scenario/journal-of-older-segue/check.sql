select 'the refused changed nothing', version = 99 from segue.meta;
select 'brought up to date once', count(*) = 1 from segue.audit where action = 'journal brought up to date';
