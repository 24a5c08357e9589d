set application_name = 'somebody else';
begin;
lock table stays in row exclusive mode;
select pg_sleep(4);
commit;
