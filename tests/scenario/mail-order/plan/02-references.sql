CREATE INDEX "주문_zustand_id" ON "주문" (zustand_id);
ALTER TABLE "주문" ADD CONSTRAINT "주문_zustand_id_fkey" FOREIGN KEY (zustand_id) REFERENCES "Auftragszustand" (id);
