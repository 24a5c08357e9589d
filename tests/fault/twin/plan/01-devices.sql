CREATE TABLE devices (id text PRIMARY KEY, code text NOT NULL CONSTRAINT devices_code_key UNIQUE, minutes integer NOT NULL);
INSERT INTO devices (id, code, minutes) VALUES ('dev_xray', 'XRAY', 10), ('dev_mri', 'MRI', 40), ('dev_ct', 'CT', 20), ('dev_ecg', 'ECG', 30);
