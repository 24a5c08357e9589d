-- The old ledger again, to the letter as in apps/reservations/old_schema.sql, and filled. The triggers that count come last.
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

-- One plain statement, no lock on the table: rows that are new or unknown get their number at its COMMIT.
insert into booked_per_day as ledger ("preferredDate", service)
  select distinct "preferredDate", service from reservations where "preferredDate" >= current_date and service is not null order by 1, 2
  on conflict ("preferredDate", service) do update set "lastChange" = 0 where ledger.bookings is null;
