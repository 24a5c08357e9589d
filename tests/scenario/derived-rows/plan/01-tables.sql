CREATE TABLE global_doctors (
  id text PRIMARY KEY,
  "userId" text NOT NULL UNIQUE REFERENCES users ON DELETE CASCADE,
  "createdAt" timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE clinic_doctors (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL REFERENCES clinics,
  "globalDoctorId" text NOT NULL REFERENCES global_doctors ON DELETE CASCADE,
  specialization text,
  "licenseNumber" text,
  experience integer,
  "isActive" boolean NOT NULL DEFAULT true,
  UNIQUE ("clinicId", "globalDoctorId")
);
CREATE INDEX clinic_doctors_global ON clinic_doctors ("globalDoctorId");
CREATE TABLE global_patients (
  id text PRIMARY KEY,
  "personKey" text NOT NULL UNIQUE,
  "userId" text REFERENCES users,
  "fullName" text
);
CREATE TABLE clinic_patients (
  id text PRIMARY KEY,
  "clinicId" text NOT NULL REFERENCES clinics,
  "globalPatientId" text NOT NULL REFERENCES global_patients ON DELETE CASCADE,
  UNIQUE ("clinicId", "globalPatientId")
);
CREATE INDEX clinic_patients_global ON clinic_patients ("globalPatientId");
