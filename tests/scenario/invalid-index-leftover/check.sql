select 'both indexes are valid, and nothing else', count(*) = 3 and bool_and(indisvalid and indisready) from pg_index where indrelid = 'members'::regclass;
select 'the column was added once', count(*) = 1 from pg_attribute where attrelid = 'members'::regclass and attname = 'shortName';
