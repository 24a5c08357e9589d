ALTER TABLE "Beleg" ADD COLUMN netto_cent integer;
