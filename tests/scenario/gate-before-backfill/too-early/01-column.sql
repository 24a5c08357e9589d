ALTER TABLE orders ADD COLUMN "countryId" integer;
