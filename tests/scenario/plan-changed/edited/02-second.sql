ALTER TABLE notes ADD COLUMN "otherWord" text;
