-- The hospital's old data model: service and status as enums, the wish for a time as free text.
create type "ServiceType" as enum ('WRINKLE_BOTOX', 'VOLUME_LIFTING', 'SKIN_CARE', 'REMOVAL_PROCEDURE', 'BODY_CARE', 'OTHER_CONSULTATION');
create type "Gender" as enum ('MALE', 'FEMALE', 'OTHER');
create type "TreatmentType" as enum ('FIRST_VISIT', 'FOLLOW_UP');
create type "ReservationStatus" as enum ('PENDING', 'CONFIRMED', 'CANCELLED', 'COMPLETED', 'NO_SHOW');

create table reservations (
  id text primary key,
  "patientName" text not null,
  phone text not null,
  email text,
  "birthDate" timestamp(3) not null,
  gender "Gender" not null,
  "treatmentType" "TreatmentType" not null,
  service "ServiceType" not null,
  "preferredDate" date not null,
  "preferredTime" text not null,
  status "ReservationStatus" not null default 'PENDING',
  notes text,
  "adminNotes" text,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null,
  "statusChangedAt" timestamp(3) not null default current_timestamp,
  "statusChangedBy" text
);
create index "reservations_preferredDate_service_status_idx" on reservations ("preferredDate", service, status);
create index reservations_status_idx on reservations (status);

create table service_reservation_limits (
  id text primary key,
  "serviceType" "ServiceType" not null unique,
  "dailyLimit" integer not null default 10 check ("dailyLimit" >= 0),
  "isActive" boolean not null default true,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null default current_timestamp
);

-- Together 3,050 minutes a day, seven times what the clinic's hours hold: the old limits never looked at the clock.
insert into service_reservation_limits (id, "serviceType", "dailyLimit") values
  ('limit_wrinkle_botox', 'WRINKLE_BOTOX', 20), ('limit_volume_lifting', 'VOLUME_LIFTING', 10),
  ('limit_skin_care', 'SKIN_CARE', 10), ('limit_removal_procedure', 'REMOVAL_PROCEDURE', 8),
  ('limit_body_care', 'BODY_CARE', 5), ('limit_other_consultation', 'OTHER_CONSULTATION', 10);

-- The ledger: what is booked of a day and a service is the sum of its changes, so that nobody counts reservations to know it.
-- A row at -infinity without a change marks that it is filled; until then the reservations are counted. See
-- docs/decisions/0009-booking-ledger.md.
create table booked_per_day (
  "preferredDate" date not null,
  service "ServiceType" not null,
  change integer not null,
  id uuid not null default gen_random_uuid(),
  primary key ("preferredDate", service, id) include (change)
);

create function booked_per_day_change() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into booked_per_day ("preferredDate", service, change)
    select "preferredDate", service, count(*) from inserted
    where status in ('PENDING', 'CONFIRMED') and service is not null group by 1, 2;
  elsif tg_op = 'UPDATE' then
    insert into booked_per_day ("preferredDate", service, change)
    select day, name, sum(more) from (values
      (old."preferredDate", old.service, case when old.status in ('PENDING', 'CONFIRMED') then -1 else 0 end),
      (new."preferredDate", new.service, case when new.status in ('PENDING', 'CONFIRMED') then 1 else 0 end)
    ) as moved (day, name, more)
    where name is not null group by 1, 2 having sum(more) <> 0;
  elsif tg_op = 'DELETE' then
    insert into booked_per_day ("preferredDate", service, change)
    select "preferredDate", service, -count(*) from deleted
    where status in ('PENDING', 'CONFIRMED') and service is not null group by 1, 2;
  else
    truncate booked_per_day;
    insert into booked_per_day ("preferredDate", service, change) select * from booked_per_day_missing();
  end if;
  return null;
end $$;

-- Now and then the rows of a slot become one. Rows that somebody else is folding are left to them, so nobody waits.
create function booked_per_day_fold() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found uuid[];
begin
  -- A transaction that looks at the snapshot of its beginning would fail on rows that are folded since.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then return null; end if;
  found := array(
    select id from booked_per_day where "preferredDate" = new."preferredDate" and service = new.service and change <> 0
    for update skip locked);
  if cardinality(found) > 1 then
    with gone as (
      delete from booked_per_day
      where "preferredDate" = new."preferredDate" and service = new.service and id = any (found) returning change)
    insert into booked_per_day ("preferredDate", service, change)
    select new."preferredDate", new.service, sum(change) from gone having sum(change) <> 0;
  end if;
  return null;
end $$;

-- What the ledger lacks, and the mark where it has none. Nothing, where it is filled and right.
create function booked_per_day_missing() returns table (day date, name "ServiceType", more integer)
language plpgsql set search_path = public, pg_temp as $$
begin
  lock table booked_per_day in share update exclusive mode;  -- in nobody's way but another's who fills: both would add the same
  return query
    select "preferredDate", service, sum(change)::integer from (
      select "preferredDate", service, 1 as change from reservations where status in ('PENDING', 'CONFIRMED') and service is not null
      union all select "preferredDate", service, -change from booked_per_day) as both_sides
    group by 1, 2 having sum(change) <> 0
    union all select '-infinity', 'WRINKLE_BOTOX', 0
    where not exists (select from booked_per_day where "preferredDate" = '-infinity' and change = 0);
end $$;

create trigger booked_per_day_fold after insert on booked_per_day
  for each row when (new.change <> 0 and random() < 0.05) execute function booked_per_day_fold();
create trigger booked_per_day_delete after delete on reservations
  referencing old table as deleted for each statement execute function booked_per_day_change();
create trigger booked_per_day_insert after insert on reservations
  referencing new table as inserted for each statement execute function booked_per_day_change();
create trigger booked_per_day_update after update on reservations for each row
  when (old.status is distinct from new.status or old."preferredDate" is distinct from new."preferredDate"
        or old.service is distinct from new.service)
  execute function booked_per_day_change();
-- Behind the others: it fills.
create trigger booked_per_day_truncate after truncate on reservations for each statement execute function booked_per_day_change();

-- Fills, and mends after somebody wrote past the triggers: at any time, under writers.
insert into booked_per_day ("preferredDate", service, change) select * from booked_per_day_missing();
