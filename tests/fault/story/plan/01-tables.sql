CREATE TABLE devices (id text PRIMARY KEY, code text NOT NULL CONSTRAINT devices_code_key UNIQUE);
INSERT INTO devices (id, code) VALUES ('dev_xray', 'XRAY'), ('dev_mri', 'MRI'), ('dev_ct', 'CT'), ('dev_ecg', 'ECG');
