CREATE INDEX "orders_countryId_idx" ON orders ("countryId");
