-- The old data model: what a doctor is in a clinic stands on the user, and a patient belongs to one clinic.
CREATE TYPE "UserRole" AS ENUM ('ADMIN', 'DOCTOR', 'RECEPTIONIST', 'PATIENT');
CREATE TYPE "AppointmentStatus" AS ENUM ('BOOKED', 'CANCELLED', 'COMPLETED', 'NO_SHOW');

CREATE TABLE clinics (
  id text PRIMARY KEY,
  name text NOT NULL,
  "tokenHash" text NOT NULL UNIQUE,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp
);

CREATE TABLE users (
  id text PRIMARY KEY,
  role "UserRole" NOT NULL,
  "firstName" text NOT NULL,
  "lastName" text NOT NULL,
  email text UNIQUE,
  phone text,
  specialization text,
  "licenseNumber" text,
  experience integer CHECK (experience >= 0),
  "isActive" boolean NOT NULL DEFAULT true,
  "clinicId" text REFERENCES clinics,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp,
  UNIQUE ("clinicId", id)
);

CREATE TABLE patients (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL REFERENCES clinics,
  "firstName" text NOT NULL,
  "lastName" text NOT NULL,
  "birthDate" date,
  phone text,
  "userId" text REFERENCES users,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp,
  UNIQUE ("clinicId", id)
);
CREATE UNIQUE INDEX "patients_clinicId_userId_key" ON patients ("clinicId", "userId") WHERE "userId" IS NOT NULL;
CREATE INDEX "patients_userId_idx" ON patients ("userId");

-- A doctor or patient of another clinic is impossible: the foreign keys have the clinic in them.
CREATE TABLE appointments (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL REFERENCES clinics,
  "doctorId" text NOT NULL,
  "patientId" text NOT NULL,
  "startsAt" timestamptz(3) NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 480),
  status "AppointmentStatus" NOT NULL DEFAULT 'BOOKED',
  notes text,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "appointments_doctorId_fkey" FOREIGN KEY ("clinicId", "doctorId") REFERENCES users ("clinicId", id),
  CONSTRAINT "appointments_patientId_fkey" FOREIGN KEY ("clinicId", "patientId") REFERENCES patients ("clinicId", id)
);
CREATE INDEX "appointments_clinicId_startsAt_idx" ON appointments ("clinicId", "startsAt");
CREATE INDEX "appointments_doctorId_startsAt_idx" ON appointments ("doctorId", "startsAt");
CREATE INDEX "appointments_patientId_idx" ON appointments ("patientId");

-- The role every call of the service works under. It owns nothing, so the policies below hold for it.
DO $$ BEGIN
  CREATE ROLE clinic_service NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- roles are the server's: another database of it made it
END $$;
GRANT clinic_service TO current_user;
GRANT USAGE ON SCHEMA public TO clinic_service;
GRANT SELECT (id, name) ON clinics TO clinic_service;
GRANT SELECT, INSERT, UPDATE ON users, patients, appointments TO clinic_service;

-- Opens a transaction for one clinic: only who knows its token sees or writes its rows.
CREATE FUNCTION clinic_enter(clinic text, token_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM clinics c WHERE c.id = clinic AND c."tokenHash" = token_hash) THEN
    RAISE EXCEPTION 'no such clinic, or not its token' USING ERRCODE = 'CL401';
  END IF;
  PERFORM set_config('clinic.id', clinic, true);
END $$;
REVOKE ALL ON FUNCTION clinic_enter FROM public;
GRANT EXECUTE ON FUNCTION clinic_enter TO clinic_service;

ALTER TABLE clinics ENABLE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE patients ENABLE ROW LEVEL SECURITY;
ALTER TABLE appointments ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_clinic ON clinics TO clinic_service USING (id = current_setting('clinic.id', true));
CREATE POLICY own_clinic ON users TO clinic_service USING ("clinicId" = current_setting('clinic.id', true));
CREATE POLICY own_clinic ON patients TO clinic_service USING ("clinicId" = current_setting('clinic.id', true));
CREATE POLICY own_clinic ON appointments TO clinic_service USING ("clinicId" = current_setting('clinic.id', true));
