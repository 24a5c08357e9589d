-- The ledger of the new model: the minutes that are booked of a day and a period are the sum of its changes. After the backfill, which
-- would change each of them. A row at -infinity without a change marks that it is filled; until then the reservations are counted
-- (docs/decisions/0009-booking-ledger.md).
CREATE TABLE booked_per_period (
  "preferredDate" date NOT NULL,
  period "Period" NOT NULL,
  change integer NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  PRIMARY KEY ("preferredDate", period, id) INCLUDE (change)
);

CREATE FUNCTION booked_per_period_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'INSERT' THEN
    INSERT INTO booked_per_period ("preferredDate", period, change)
    SELECT "preferredDate", period, sum("estimatedDuration") FROM inserted
    WHERE status IN ('PENDING', 'CONFIRMED') AND period IS NOT NULL GROUP BY 1, 2 HAVING sum("estimatedDuration") <> 0;
  ELSIF tg_op = 'UPDATE' THEN
    INSERT INTO booked_per_period ("preferredDate", period, change)
    SELECT day, name, sum(more) FROM (VALUES
      (old."preferredDate", old.period, CASE WHEN old.status IN ('PENDING', 'CONFIRMED') THEN -coalesce(old."estimatedDuration", 0) ELSE 0 END),
      (new."preferredDate", new.period, CASE WHEN new.status IN ('PENDING', 'CONFIRMED') THEN coalesce(new."estimatedDuration", 0) ELSE 0 END)
    ) AS moved (day, name, more)
    WHERE name IS NOT NULL GROUP BY 1, 2 HAVING sum(more) <> 0;
  ELSIF tg_op = 'DELETE' THEN
    INSERT INTO booked_per_period ("preferredDate", period, change)
    SELECT "preferredDate", period, -sum("estimatedDuration") FROM deleted
    WHERE status IN ('PENDING', 'CONFIRMED') AND period IS NOT NULL GROUP BY 1, 2 HAVING sum("estimatedDuration") <> 0;
  ELSE
    TRUNCATE booked_per_period;
    INSERT INTO booked_per_period ("preferredDate", period, change) SELECT * FROM booked_per_period_missing();
  END IF;
  RETURN NULL;
END $$;

-- Now and then the rows of a slot become one. Rows that somebody else is folding are left to them, so nobody waits.
CREATE FUNCTION booked_per_period_fold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  found uuid[];
BEGIN
  -- A transaction that looks at the snapshot of its beginning would fail on rows that are folded since.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN RETURN NULL; END IF;
  found := ARRAY(
    SELECT id FROM booked_per_period WHERE "preferredDate" = new."preferredDate" AND period = new.period AND change <> 0
    FOR UPDATE SKIP LOCKED);
  IF cardinality(found) > 1 THEN
    WITH gone AS (
      DELETE FROM booked_per_period
      WHERE "preferredDate" = new."preferredDate" AND period = new.period AND id = ANY (found) RETURNING change)
    INSERT INTO booked_per_period ("preferredDate", period, change)
    SELECT new."preferredDate", new.period, sum(change) FROM gone HAVING sum(change) <> 0;
  END IF;
  RETURN NULL;
END $$;

-- What the ledger lacks, and the mark where it has none. Nothing, where it is filled and right.
CREATE FUNCTION booked_per_period_missing() RETURNS TABLE (day date, name "Period", more integer)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  LOCK TABLE booked_per_period IN SHARE UPDATE EXCLUSIVE MODE;  -- in nobody's way but another's who fills: both would add the same
  RETURN QUERY
    SELECT "preferredDate", period, sum(change)::integer FROM (
      SELECT "preferredDate", period, "estimatedDuration" AS change FROM reservations
      WHERE status IN ('PENDING', 'CONFIRMED') AND period IS NOT NULL
      UNION ALL SELECT "preferredDate", period, -change FROM booked_per_period) AS both_sides
    GROUP BY 1, 2 HAVING sum(change) <> 0
    UNION ALL SELECT '-infinity', 'MORNING', 0
    WHERE NOT EXISTS (SELECT FROM booked_per_period WHERE "preferredDate" = '-infinity' AND change = 0);
END $$;

CREATE TRIGGER booked_per_period_fold AFTER INSERT ON booked_per_period
  FOR EACH ROW WHEN (new.change <> 0 AND random() < 0.05) EXECUTE FUNCTION booked_per_period_fold();
CREATE TRIGGER booked_per_period_delete AFTER DELETE ON reservations
  REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();
CREATE TRIGGER booked_per_period_insert AFTER INSERT ON reservations
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();
CREATE TRIGGER booked_per_period_update AFTER UPDATE ON reservations FOR EACH ROW
  WHEN (old.status IS DISTINCT FROM new.status OR old."preferredDate" IS DISTINCT FROM new."preferredDate"
        OR old.period IS DISTINCT FROM new.period OR old."estimatedDuration" IS DISTINCT FROM new."estimatedDuration")
  EXECUTE FUNCTION booked_per_period_change();
-- Behind the others: it fills.
CREATE TRIGGER booked_per_period_truncate AFTER TRUNCATE ON reservations FOR EACH STATEMENT EXECUTE FUNCTION booked_per_period_change();

-- CREATE TRIGGER has waited for all writers, so what is missing now is what was there before.
INSERT INTO booked_per_period ("preferredDate", period, change) SELECT * FROM booked_per_period_missing();
