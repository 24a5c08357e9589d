CREATE TYPE "Device" AS ENUM ('XRAY', 'MRI', 'CT', 'ECG');
