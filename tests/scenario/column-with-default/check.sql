select 'no conflict was seen where there is none', count(*) = 0 from segue.repairs;
