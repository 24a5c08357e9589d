ALTER TABLE stays ADD COLUMN "pricePerNight" integer;
