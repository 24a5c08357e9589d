-- The ledger of the new model: how many minutes of a period are booked, kept by the database. After the backfill, which would change
-- every number in it. A number is exact; NULL, or no row: not known, the reservations count (docs/decisions/0009-booking-ledger.md).
CREATE TABLE booked_per_period (
  "preferredDate" date NOT NULL,
  period "Period" NOT NULL,
  minutes integer,
  "lastChange" integer NOT NULL DEFAULT 0,
  PRIMARY KEY ("preferredDate", period)
);

CREATE FUNCTION booked_per_period_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    INSERT INTO booked_per_period AS ledger ("preferredDate", period, "lastChange")
    SELECT "preferredDate", period, sum("estimatedDuration") FROM inserted
    WHERE status IN ('PENDING', 'CONFIRMED') AND period IS NOT NULL AND "estimatedDuration" <> 0 GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT ("preferredDate", period) DO UPDATE
      SET minutes = ledger.minutes + excluded."lastChange", "lastChange" = excluded."lastChange";
  ELSIF tg_op = 'UPDATE' THEN
    INSERT INTO booked_per_period AS ledger ("preferredDate", period, "lastChange")
    SELECT day, name, sum(change) FROM (VALUES
      (old."preferredDate", old.period, CASE WHEN old.status IN ('PENDING', 'CONFIRMED') THEN -coalesce(old."estimatedDuration", 0) ELSE 0 END),
      (new."preferredDate", new.period, CASE WHEN new.status IN ('PENDING', 'CONFIRMED') THEN coalesce(new."estimatedDuration", 0) ELSE 0 END)
    ) AS moved (day, name, change)
    WHERE name IS NOT NULL GROUP BY 1, 2 HAVING sum(change) <> 0 ORDER BY 1, 2
    ON CONFLICT ("preferredDate", period) DO UPDATE
      SET minutes = ledger.minutes + excluded."lastChange", "lastChange" = excluded."lastChange";
  ELSIF tg_op = 'DELETE' THEN
    INSERT INTO booked_per_period AS ledger ("preferredDate", period, "lastChange")
    SELECT "preferredDate", period, -sum("estimatedDuration") FROM deleted
    WHERE status IN ('PENDING', 'CONFIRMED') AND period IS NOT NULL AND "estimatedDuration" <> 0 GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT ("preferredDate", period) DO UPDATE
      SET minutes = ledger.minutes + excluded."lastChange", "lastChange" = excluded."lastChange";
  ELSE
    DELETE FROM booked_per_period WHERE "preferredDate" IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

-- Last of all in a transaction, under the lock on the ledger's row that the transaction has held since it wrote it.
CREATE FUNCTION booked_per_period_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- A snapshot of the transaction's beginning would not see what others have committed since: then it stays unknown.
  IF current_setting('transaction_isolation') IN ('read committed', 'read uncommitted') THEN
    UPDATE booked_per_period SET minutes = (
      SELECT coalesce(sum(r."estimatedDuration"), 0) FROM reservations r
      WHERE r."preferredDate" = new."preferredDate" AND r.period = new.period AND r.status IN ('PENDING', 'CONFIRMED'))
    WHERE "preferredDate" = new."preferredDate" AND period = new.period AND minutes IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER booked_per_period_delete AFTER DELETE ON reservations
  REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();
CREATE TRIGGER booked_per_period_insert AFTER INSERT ON reservations
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();
CREATE TRIGGER booked_per_period_truncate AFTER TRUNCATE ON reservations FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();
CREATE TRIGGER booked_per_period_update AFTER UPDATE ON reservations FOR EACH ROW
  WHEN (old.status IS DISTINCT FROM new.status OR old."preferredDate" IS DISTINCT FROM new."preferredDate"
        OR old.period IS DISTINCT FROM new.period OR old."estimatedDuration" IS DISTINCT FROM new."estimatedDuration")
  EXECUTE FUNCTION booked_per_period_change();
-- Behind the others: a number may be written only once every change is seen.
CREATE CONSTRAINT TRIGGER booked_per_period_count AFTER INSERT OR UPDATE ON booked_per_period
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.minutes IS NULL) EXECUTE FUNCTION booked_per_period_count();

-- One plain statement, no lock on the table: the rows get their numbers at its COMMIT.
INSERT INTO booked_per_period AS ledger ("preferredDate", period)
  SELECT DISTINCT "preferredDate", period FROM reservations WHERE "preferredDate" >= current_date AND period IS NOT NULL ORDER BY 1, 2
  ON CONFLICT ("preferredDate", period) DO UPDATE SET "lastChange" = 0 WHERE ledger.minutes IS NULL;
