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

-- The ledger: what is booked of a day, kept by the database, so that availability does not count reservations.
-- A number in it is exact. NULL, or no row: not known, the reservations themselves count. See docs/decisions/0009-booking-ledger.md.
create table booked_per_day (
  "preferredDate" date not null,
  service "ServiceType" not null,
  bookings integer,
  "lastChange" integer not null default 0,
  primary key ("preferredDate", service)
);

create function booked_per_day_change() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into booked_per_day as ledger ("preferredDate", service, "lastChange")
    select "preferredDate", service, count(*) from inserted
    where status in ('PENDING', 'CONFIRMED') and service is not null group by 1, 2 order by 1, 2
    on conflict ("preferredDate", service) do update
      set bookings = ledger.bookings + excluded."lastChange", "lastChange" = excluded."lastChange";
  elsif tg_op = 'UPDATE' then
    insert into booked_per_day as ledger ("preferredDate", service, "lastChange")
    select day, name, sum(change) from (values
      (old."preferredDate", old.service, case when old.status in ('PENDING', 'CONFIRMED') then -1 else 0 end),
      (new."preferredDate", new.service, case when new.status in ('PENDING', 'CONFIRMED') then 1 else 0 end)
    ) as moved (day, name, change)
    where name is not null group by 1, 2 having sum(change) <> 0 order by 1, 2
    on conflict ("preferredDate", service) do update
      set bookings = ledger.bookings + excluded."lastChange", "lastChange" = excluded."lastChange";
  elsif tg_op = 'DELETE' then
    insert into booked_per_day as ledger ("preferredDate", service, "lastChange")
    select "preferredDate", service, -count(*) from deleted
    where status in ('PENDING', 'CONFIRMED') and service is not null group by 1, 2 order by 1, 2
    on conflict ("preferredDate", service) do update
      set bookings = ledger.bookings + excluded."lastChange", "lastChange" = excluded."lastChange";
  else
    delete from booked_per_day where "preferredDate" is not null;
  end if;
  return null;
end $$;

-- Last of all in a transaction, under the lock on the ledger's row that the transaction has held since it wrote it.
create function booked_per_day_count() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- A snapshot of the transaction's beginning would not see what others have committed since: then it stays unknown.
  if current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
    update booked_per_day set bookings = (
      select count(*) from reservations r
      where r."preferredDate" = new."preferredDate" and r.service = new.service and r.status in ('PENDING', 'CONFIRMED'))
    where "preferredDate" = new."preferredDate" and service = new.service and bookings is null;
  end if;
  return null;
end $$;

create trigger booked_per_day_delete after delete on reservations
  referencing old table as deleted for each statement execute function booked_per_day_change();
create trigger booked_per_day_insert after insert on reservations
  referencing new table as inserted for each statement execute function booked_per_day_change();
create trigger booked_per_day_truncate after truncate on reservations for each statement execute function booked_per_day_change();
create trigger booked_per_day_update after update on reservations for each row
  when (old.status is distinct from new.status or old."preferredDate" is distinct from new."preferredDate"
        or old.service is distinct from new.service)
  execute function booked_per_day_change();
-- Behind the others: a number may be written only once every change is seen.
create constraint trigger booked_per_day_count after insert or update on booked_per_day
  deferrable initially deferred for each row when (new.bookings is null) execute function booked_per_day_count();
