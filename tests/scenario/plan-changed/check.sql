select 'nothing of the edited plan is left', count(*) = 2 from pg_attribute where attrelid = 'notes'::regclass and attnum > 0 and not attisdropped;
select 'the acceptance is on record', count(*) = 1 from segue.audit where action = 'changed plan accepted' and id < (select max(id) from segue.audit where action like 'approved%');
