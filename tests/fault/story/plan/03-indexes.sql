CREATE INDEX "scans_deviceId_idx" ON scans ("deviceId", half);
CREATE INDEX "visits_minutesNumber_idx" ON visits ("minutesNumber");
ALTER TABLE scans ADD CONSTRAINT "scans_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES devices (id);
