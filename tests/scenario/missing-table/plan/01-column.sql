ALTER TABLE guests ADD COLUMN "displayName" text;
