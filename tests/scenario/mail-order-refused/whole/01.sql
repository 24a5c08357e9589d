ALTER TABLE "Kunde" ADD COLUMN merkmal text;
