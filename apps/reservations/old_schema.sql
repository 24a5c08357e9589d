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
