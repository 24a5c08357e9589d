\ir ../guest-house/schema.sql
create table hogging as select 1 as "isOn";
create table "hogRounds" (number integer primary key, rounds integer not null);
-- Takes every second row again and again, and leaves it alone but for moments.
create procedure hog(number integer) language plpgsql as $$
begin
  insert into "hogRounds" values (number, 0);
  commit;
  while exists (select 1 from hogging) loop
    update stays set nights = nights + 1 where id % 2 = number;
    update "hogRounds" h set rounds = rounds + 1 where h.number = hog.number;
    perform pg_sleep(0.15);
    commit;
  end loop;
end $$;
