select 'no row is lost', count(*) = 400 from stays;
select 'nothing of the plan is left', count(*) = 5 from pg_attribute where attrelid = 'stays'::regclass and attnum > 0 and not attisdropped;
