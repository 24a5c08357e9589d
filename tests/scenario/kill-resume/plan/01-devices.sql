CREATE TABLE devices (id integer PRIMARY KEY, code text NOT NULL CONSTRAINT devices_code_key UNIQUE, minutes integer NOT NULL);
INSERT INTO devices VALUES (1, 'XRAY', 10), (2, 'MRI', 40), (3, 'CT', 20), (4, 'ECG', 15);
ALTER TABLE scans ADD COLUMN "deviceId" integer, ADD COLUMN half text, ADD COLUMN minutes integer;
