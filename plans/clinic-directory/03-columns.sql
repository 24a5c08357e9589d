-- Optional until every row has them. A column lives from its sync to the end, or goes in a rollback.
ALTER TABLE users ADD COLUMN "globalDoctorId" text, ADD COLUMN "globalPatientId" text;
ALTER TABLE appointments ADD COLUMN "clinicDoctorId" text, ADD COLUMN "clinicPatientId" text;
