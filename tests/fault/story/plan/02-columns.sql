ALTER TABLE scans ADD COLUMN "deviceId" text, ADD COLUMN half text;
ALTER TABLE visits ADD COLUMN "minutesNumber" integer;
