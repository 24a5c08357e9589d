ALTER TABLE notes ADD COLUMN "secondWord" text;
