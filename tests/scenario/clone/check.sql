select 'the chain grows by one entry at a time', count(*) = max(number) from segue.audit;
