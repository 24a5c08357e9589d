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
