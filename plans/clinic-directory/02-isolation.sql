-- The service's role sees and writes the rows of the clinic it was let into, in the new tables as in the old ones.
GRANT SELECT, INSERT, UPDATE ON global_doctors, clinic_doctors, clinic_patients TO clinic_service;
GRANT INSERT ON global_patients TO clinic_service;

ALTER TABLE global_doctors ENABLE ROW LEVEL SECURITY;
ALTER TABLE clinic_doctors ENABLE ROW LEVEL SECURITY;
ALTER TABLE global_patients ENABLE ROW LEVEL SECURITY;
ALTER TABLE clinic_patients ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_clinic ON clinic_doctors TO clinic_service USING ("clinicId" = current_setting('clinic.id', true));
CREATE POLICY own_clinic ON clinic_patients TO clinic_service USING ("clinicId" = current_setting('clinic.id', true));
-- The accounts a clinic sees are its own (policy of users), so these are its doctors.
CREATE POLICY own_accounts ON global_doctors TO clinic_service USING (EXISTS (SELECT FROM users u WHERE u.id = "userId"));
-- A clinic adds persons, and never reads who else knows them.
CREATE POLICY no_account ON global_patients FOR INSERT TO clinic_service WITH CHECK ("userId" IS NULL);
