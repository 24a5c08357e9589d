-- For the availability of a day and for the administrator's list.
CREATE INDEX "reservations_preferredDate_period_serviceId_status_idx"
  ON reservations ("preferredDate", period, "serviceId", status);
CREATE INDEX "reservations_createdAt_status_idx" ON reservations ("createdAt", status);
