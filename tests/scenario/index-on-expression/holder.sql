begin;
lock table guests in share update exclusive mode;
do $$ begin while not exists (select from ended) loop perform pg_sleep(0.02); end loop; end $$;
commit;
