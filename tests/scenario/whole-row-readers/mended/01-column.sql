ALTER TABLE tickets ADD COLUMN "rowNumber" integer;
