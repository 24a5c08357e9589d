ALTER TABLE users ADD COLUMN "globalDoctorId" text;
ALTER TABLE appointments ADD COLUMN "clinicDoctorId" text;
ALTER TABLE appointments ADD COLUMN "clinicPatientId" text;
-- By these the rows are found that refer to a derived row.
CREATE INDEX appointments_clinic_doctor ON appointments ("clinicDoctorId");
CREATE INDEX appointments_clinic_patient ON appointments ("clinicPatientId");
CREATE INDEX users_global_doctor ON users ("globalDoctorId");
