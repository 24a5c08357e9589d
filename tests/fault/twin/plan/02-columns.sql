ALTER TABLE scans ADD COLUMN "deviceId" text, ADD COLUMN half text, ADD COLUMN minutes integer;
ALTER TABLE visits ADD COLUMN "minutesNumber" integer, ADD COLUMN "isPaid" boolean;
