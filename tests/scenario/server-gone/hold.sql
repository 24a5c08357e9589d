set application_name = 'holds a snapshot';
begin isolation level repeatable read;
select 1;
select pg_sleep(60);
