ALTER TABLE "Ware" ADD COLUMN preis_cent integer;
