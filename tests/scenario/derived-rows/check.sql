select 'no trigger is left', count(*) = 0 from pg_trigger where tgname like 'zz segue%';
select 'no function is left', count(*) = 0 from pg_proc where pronamespace = 'segue'::regnamespace and proname ~ '(carry|enter|leave|fill|follow) ';
select 'patients are those of the old application, and the new way''s', count(*) = 401 from patients;
select 'nobody''s name changed', count(*) = 0 from kept.patients k left join patients p using (id) where p."fullName" is distinct from k."fullName";
select 'the new tables are gone', count(*) = 0 from pg_class where relname ~ '^(global|clinic)_(doctors|patients)$';
