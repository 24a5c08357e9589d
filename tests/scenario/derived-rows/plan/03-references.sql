ALTER TABLE users ADD CONSTRAINT users_global_doctor FOREIGN KEY ("globalDoctorId") REFERENCES global_doctors ON DELETE SET NULL;
ALTER TABLE appointments ADD CONSTRAINT appointments_clinic_doctor FOREIGN KEY ("clinicDoctorId") REFERENCES clinic_doctors ON DELETE SET NULL;
ALTER TABLE appointments ADD CONSTRAINT appointments_clinic_patient FOREIGN KEY ("clinicPatientId") REFERENCES clinic_patients ON DELETE SET NULL;
