-- Each doctor and each patient once, and once more for every clinic he is known in: what a clinic knows of him stands there.
CREATE TABLE global_doctors (
  id text PRIMARY KEY,
  "userId" text NOT NULL CONSTRAINT "global_doctors_userId_key" UNIQUE CONSTRAINT "global_doctors_userId_fkey" REFERENCES users ON DELETE CASCADE,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp
);

CREATE TABLE clinic_doctors (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL CONSTRAINT "clinic_doctors_clinicId_fkey" REFERENCES clinics,
  "globalDoctorId" text NOT NULL CONSTRAINT "clinic_doctors_globalDoctorId_fkey" REFERENCES global_doctors ON DELETE CASCADE,
  specialization text,
  "licenseNumber" text,
  experience integer CONSTRAINT clinic_doctors_experience_check CHECK (experience >= 0),
  "isActive" boolean NOT NULL DEFAULT true,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp,
  -- One doctor cannot become two in the same clinic, however many writers there are; the other key is what appointments refer to.
  CONSTRAINT "clinic_doctors_clinicId_globalDoctorId_key" UNIQUE ("clinicId", "globalDoctorId"),
  CONSTRAINT "clinic_doctors_clinicId_id_key" UNIQUE ("clinicId", id)
);
CREATE INDEX "clinic_doctors_globalDoctorId_idx" ON clinic_doctors ("globalDoctorId");

-- A person with an account has the account's id, one without it that of the first file a clinic made of him.
CREATE TABLE global_patients (
  id text PRIMARY KEY,
  "userId" text CONSTRAINT "global_patients_userId_key" UNIQUE CONSTRAINT "global_patients_userId_fkey" REFERENCES users ON DELETE CASCADE,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp
);

-- A clinic's file on a patient keeps its id.
CREATE TABLE clinic_patients (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL CONSTRAINT "clinic_patients_clinicId_fkey" REFERENCES clinics,
  "globalPatientId" text NOT NULL CONSTRAINT "clinic_patients_globalPatientId_fkey" REFERENCES global_patients ON DELETE CASCADE,
  "firstName" text NOT NULL,
  "lastName" text NOT NULL,
  "birthDate" date,
  phone text,
  "createdAt" timestamptz(3) NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "clinic_patients_clinicId_globalPatientId_key" UNIQUE ("clinicId", "globalPatientId"),
  CONSTRAINT "clinic_patients_clinicId_id_key" UNIQUE ("clinicId", id)
);
CREATE INDEX "clinic_patients_globalPatientId_idx" ON clinic_patients ("globalPatientId");
