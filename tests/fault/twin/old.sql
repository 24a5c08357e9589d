-- The tables of an old application. Told twice: in schema public, which is migrated, and in schema twin, which is left alone.
create type "Device" as enum ('XRAY', 'MRI', 'CT', 'ECG');
create table scans (
  id bigint primary key,
  device "Device" not null default 'CT',
  "startsAt" text not null,
  remark text not null default 'none',
  constraint "scans_startsAt_check" check ("startsAt" <> '')
);
create index "scans_device_idx" on scans (device, "startsAt");
create table visits (
  id bigint primary key,
  minutes text not null,
  paid text not null default 'no',
  remark text not null default 'none'
);
create table old_limits (id bigint primary key, device "Device" not null, daily integer not null default 5);
insert into scans (id, device, "startsAt")
  select i, (enum_range(null::"Device"))[1 + i % 4], lpad((i % 24)::text, 2, '0') || ':' || lpad((i % 60)::text, 2, '0') from generate_series(1, 3000) i;
insert into visits (id, minutes, paid) select i, 5 * (1 + i % 9), case i % 3 when 0 then 'yes' else 'no' end from generate_series(1, 1500) i;
insert into old_limits (id, device, daily) select i, (enum_range(null::"Device"))[1 + i % 4], i from generate_series(1, 40) i;
-- What the mapping writes for rows of the new application; nobody touches these rows, so these texts are always read.
insert into scans (id, "startsAt") values (900001, '09:00'), (900002, '14:00');
