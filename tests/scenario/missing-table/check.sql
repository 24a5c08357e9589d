select 'only the second plan was begun', array_agg(plan) = '{guests-column}' from segue.plans;
select 'the table of another case is as it was', count(*) = 3 from pg_attribute where attrelid = '"Guests"'::regclass and attnum > 0;
