ALTER TABLE tasks ADD COLUMN period text;
