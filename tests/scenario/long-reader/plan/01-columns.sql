ALTER TABLE t ADD COLUMN "clinicId" integer;
ALTER TABLE t ADD CONSTRAINT "t_clinicId_check" CHECK ("clinicId" > 0);
