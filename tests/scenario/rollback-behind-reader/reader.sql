set application_name = 'export';
begin;
select count(*) from notes;
select pg_sleep(2);
commit;
