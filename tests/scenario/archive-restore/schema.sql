\ir ../guest-house/schema.sql
-- Since PostgreSQL 18 a NOT NULL has a name and may be NOT VALID, and a constraint may be NOT ENFORCED; each comes back as it was.
do $$ begin
  if current_setting('server_version_num')::integer >= 180000 then
    execute 'alter table stays rename constraint "stays_roomKind_not_null" to "each has a kind"';
    execute 'comment on constraint "each has a kind" on stays is ''or nobody knows where to sleep''';
    execute 'alter table stays alter "arrivesAt" drop not null, add constraint "from now on" not null "arrivesAt" not valid';
    execute 'alter table stays add constraint polite check (length("arrivesAt") > 99) not enforced';
  end if;
end $$;
create table kept.constraints as
  select string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')), ', ' order by conname) as text
  from pg_constraint where conrelid = 'stays'::regclass and contype in ('n', 'c');
