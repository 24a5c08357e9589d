-- What segue's sessions do to the application's tables, written down by the server itself: outside the plan's schema.
create schema watch;
create table watch.stopped (at timestamptz);
create table watch.relations (relation oid primary key, name text not null);
create table watch.strong_locks (application text, "lockTimeout" text, mode text, relation text, command text, statement text);
create table watch.writes (application text, "lockTimeout" text, relation text);

-- The tables and indexes that the application can see: what a transaction of segue makes itself stops nobody.
create function watch.look() returns void language sql as $$
  insert into watch.relations select c.oid, c.oid::regclass::text from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i') on conflict do nothing
$$;

create function watch.note_command() returns event_trigger language plpgsql security definer as $$
begin
  if current_setting('application_name') like 'segue/%' then
    insert into watch.strong_locks select current_setting('application_name'), current_setting('lock_timeout'), l.mode, r.name, tg_tag, left(current_query(), 100)
      from pg_locks l join watch.relations r using (relation)
      where l.pid = pg_backend_pid() and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');
  end if;
end $$;

create function watch.note_write() returns trigger language plpgsql security definer as $$
begin
  insert into watch.writes values (current_setting('application_name'), current_setting('lock_timeout'), tg_table_name);
  return null;
end $$;

-- On tables that stay; `named`: the plan's mapped ones.
create function watch.begin_watching(named text[]) returns void language plpgsql as $$
declare one text;
begin
  foreach one in array named loop
    execute format('create trigger a_watch before insert or update or delete on public.%I for each statement
                    when (current_setting(''application_name'') like ''segue/%%'') execute function watch.note_write()', one);
  end loop;
  perform watch.look();
  create event trigger watch on ddl_command_end execute function watch.note_command();
end $$;

-- One session of the application: table by table, a statement that reads and one that writes a row, and then it keeps what it has for a while.
create procedure watch.be_application(reads boolean, writes boolean, keeps float, rests float) language plpgsql as $$
declare one record;
begin
  while not exists (select from watch.stopped) loop
    for one in select c.oid::regclass::text as name, quote_ident(a.attname) as key from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary
               join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
               where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by random() loop
      begin
        if reads then execute format('select 1 from %s limit 1', one.name); end if;
        if writes then
          execute format('update %1$s set %2$s = %2$s where %2$s = (select %2$s from %1$s offset %3$s limit 1)', one.name, one.key, floor(random() * 60));
        end if;
      -- Tables go and come, and where both wait for each other one has to give way.
      exception when undefined_table or undefined_column or deadlock_detected then null;
      end;
      if keeps = 0 then commit; end if;
    end loop;
    perform pg_sleep(keeps * (0.5 + random()));
    commit;
    perform pg_sleep(rests * (0.5 + random()));
  end loop;
end $$;
