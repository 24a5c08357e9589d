-- By which dual write finds the rows of a person.
CREATE INDEX patients_person_idx ON patients ((coalesce("userId", id)));
CREATE INDEX "appointments_clinicDoctorId_startsAt_idx" ON appointments ("clinicDoctorId", "startsAt");
CREATE INDEX "appointments_clinicPatientId_idx" ON appointments ("clinicPatientId");
