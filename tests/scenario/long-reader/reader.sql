set application_name = 'monthly report';
begin;
select count(*) from t;
select pg_sleep(15);
insert into measured.reader select clock_timestamp();
commit;
