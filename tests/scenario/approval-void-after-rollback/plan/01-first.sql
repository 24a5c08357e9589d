ALTER TABLE notes ADD COLUMN "firstWord" text;
