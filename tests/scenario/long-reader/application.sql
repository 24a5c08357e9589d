-- Short transactions, one after the other, each measured, until somebody says stop.
set application_name = 'application';
do $$
declare begun timestamptz;
begin
  while not exists (select from pg_class where relname = 'stopped') loop
    begun := clock_timestamp();
    perform id from t order by id desc limit 10;
    insert into measured.waits values ('select', extract(epoch from clock_timestamp() - begun) * 1000);
    commit;
    begun := clock_timestamp();
    insert into t ("patientName") values ('new patient');
    insert into measured.waits values ('insert', extract(epoch from clock_timestamp() - begun) * 1000);
    commit;
    perform pg_sleep(0.01);
  end loop;
end $$;
