-- After the backfill. The clinic is part of both keys: an appointment cannot refer to another clinic's doctor or patient.
ALTER TABLE appointments ADD CONSTRAINT "appointments_clinicDoctorId_fkey"
  FOREIGN KEY ("clinicId", "clinicDoctorId") REFERENCES clinic_doctors ("clinicId", id) ON DELETE SET NULL ("clinicDoctorId");
ALTER TABLE appointments ADD CONSTRAINT "appointments_clinicPatientId_fkey"
  FOREIGN KEY ("clinicId", "clinicPatientId") REFERENCES clinic_patients ("clinicId", id) ON DELETE SET NULL ("clinicPatientId");
ALTER TABLE users ADD CONSTRAINT "users_globalDoctorId_fkey" FOREIGN KEY ("globalDoctorId") REFERENCES global_doctors ON DELETE SET NULL;
ALTER TABLE users ADD CONSTRAINT "users_globalPatientId_fkey" FOREIGN KEY ("globalPatientId") REFERENCES global_patients ON DELETE SET NULL;
CREATE UNIQUE INDEX "users_globalDoctorId_key" ON users ("globalDoctorId");
CREATE UNIQUE INDEX "users_globalPatientId_key" ON users ("globalPatientId");
