-- Nullable until every row has them; indexes and the foreign key come after the backfill, which they would slow.
ALTER TABLE reservations
  ADD COLUMN "serviceId" text,
  ADD COLUMN "serviceName" text,
  ADD COLUMN "estimatedDuration" integer,
  ADD COLUMN period "Period";
