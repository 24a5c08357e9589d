-- After the backfill: an index that exists before it makes every row it writes cost more.
CREATE INDEX "reservations_serviceId_preferredDate_status_idx" ON reservations ("serviceId", "preferredDate", status);
CREATE INDEX "reservations_preferredDate_period_status_idx" ON reservations ("preferredDate", period, status);

ALTER TABLE reservations
  ADD CONSTRAINT "reservations_serviceId_fkey" FOREIGN KEY ("serviceId") REFERENCES services (id) ON DELETE RESTRICT;
