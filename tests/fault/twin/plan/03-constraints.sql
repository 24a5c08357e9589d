CREATE INDEX "scans_deviceId_idx" ON scans ("deviceId", half);
CREATE UNIQUE INDEX "visits_minutesNumber_key" ON visits ("minutesNumber", id);
ALTER TABLE scans ADD CONSTRAINT "scans_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES devices (id);
ALTER TABLE scans ADD CONSTRAINT "scans_half_check" CHECK (half IN ('FIRST', 'SECOND'));
ALTER TABLE visits ADD CONSTRAINT "visits_minutesNumber_check" CHECK ("minutesNumber" >= 0);
