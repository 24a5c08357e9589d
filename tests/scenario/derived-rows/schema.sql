-- Clinics that share a database: doctors are users, patients belong to one clinic each.
create table clinics (id text primary key, name text not null);
create table users (
  id text primary key,
  role text not null,
  "fullName" text not null,
  "clinicId" text references clinics,
  specialization text,
  "licenseNumber" text,
  experience integer
);
create table patients (
  id text primary key,
  "clinicId" text not null references clinics,
  "fullName" text not null,
  "userId" text references users
);
create table appointments (
  id text primary key,
  "clinicId" text not null references clinics,
  "doctorId" text not null references users,
  "patientId" text not null references patients,
  "startsAt" timestamptz not null,
  status text not null default 'BOOKED',
  notes text
);
create index on appointments ("doctorId");
create index on appointments ("patientId");
create index on patients ((coalesce('user:' || "userId", 'patient:' || id)));
insert into clinics select 'c' || i, 'clinic ' || i from generate_series(1, 5) i;
insert into users select 'u' || i, 'PATIENT', 'person ' || i from generate_series(1, 40) i;
insert into users select 'd' || i, case when i % 10 = 0 then 'ADMIN' else 'DOCTOR' end, 'doctor ' || i, 'c' || 1 + i % 5, 'field ' || i % 7, 'L' || i, i % 30
  from generate_series(1, 200) i;
-- Some persons are patients of two clinics.
insert into patients select 'p' || i, 'c' || 1 + i % 5, 'person ' || i % 100, case when i % 100 between 1 and 40 then 'u' || i % 100 end from generate_series(1, 400) i;
insert into appointments select 'a' || i, p."clinicId", (select min(d.id) from users d where d."clinicId" = p."clinicId" and d.role = 'DOCTOR'), p.id,
  '2026-05-04 08:00Z'::timestamptz + i * interval '10 minutes' from generate_series(1, 1200) i join patients p on p.id = 'p' || 1 + i % 400;
-- What it was, for the comparison afterwards.
create schema kept;
create table kept.users as table users;
create table kept.patients as table patients;
create table kept.appointments as table appointments;
analyze;
