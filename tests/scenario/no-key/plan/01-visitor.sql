ALTER TABLE visits ADD COLUMN visitor text;
