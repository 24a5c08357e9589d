-- The hospital's tables belong to a role of their own, and the application is another one.
do $$ begin create role "clinic owner" nologin; create role desk login; exception when duplicate_object then null; end $$;
grant create on schema public to "clinic owner";
set role "clinic owner";
\ir ../../../apps/reservations/old_schema.sql
grant select, insert, update on reservations, service_reservation_limits to desk;
insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
  select 'r' || i, 'patient', '010-0000-0000', '1990-01-01', 'FEMALE', 'FIRST_VISIT', (enum_range(null::"ServiceType"))[1 + i % 6],
         '2026-05-04', (array['9:00 AM', '14:30', '오후 3시'])[1 + i % 3], '2026-05-01 10:00'
  from generate_series(1, 300) i;
reset role;
