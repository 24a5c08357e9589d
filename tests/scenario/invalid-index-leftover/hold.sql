begin isolation level repeatable read;
select count(*) from members;
select pg_sleep(2.5);
commit;
