CREATE INDEX "scans_deviceId_half_idx" ON scans ("deviceId", half);
CREATE INDEX "scans_half_idx" ON scans (half, minutes);
ALTER TABLE scans ADD CONSTRAINT "scans_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES devices (id);
