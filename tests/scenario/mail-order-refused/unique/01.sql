ALTER TABLE "Lager" ADD COLUMN marke text;
ALTER TABLE "Lager" ADD CONSTRAINT "Lager_marke" UNIQUE (ort, marke);
