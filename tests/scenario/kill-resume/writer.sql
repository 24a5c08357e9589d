-- The old application: updates and inserts, one transaction each, until somebody says stop.
set application_name = 'application';
do $$
declare
  one bigint; what text; at text;
begin
  perform setseed(0.4);
  while to_regclass('kept.stopped') is null loop
    what := (enum_range(null::"Device"))[1 + floor(random() * 4)::integer];
    at := (array['9:00 AM', '오후 3시', '23:10', '00:05', '8am', '14:30'])[1 + floor(random() * 6)::integer];
    one := 1 + floor(random() * 60000)::bigint;
    if random() < 0.7 then
      update scans set device = what::"Device", "startsAt" = at where id = one;
    else
      insert into scans (device, "startsAt") values (what::"Device", at) returning id into one;
    end if;
    insert into kept.written (id, device, "startsAt") values (one, what, at);
    commit;
    perform pg_sleep(0.002);
  end loop;
end $$;
