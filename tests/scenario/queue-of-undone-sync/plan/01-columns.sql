ALTER TABLE orders ADD COLUMN "countryId" integer, ADD COLUMN grams integer;
