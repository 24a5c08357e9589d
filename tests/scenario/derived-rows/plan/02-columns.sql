ALTER TABLE users ADD COLUMN "globalDoctorId" text;
ALTER TABLE appointments ADD COLUMN "clinicDoctorId" text;
ALTER TABLE appointments ADD COLUMN "clinicPatientId" text;
