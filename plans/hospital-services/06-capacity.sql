-- What the new capacity would have refused of the past six months' bookings, first come, first served: in the order in which
-- they were made, one that no longer fits is refused and takes no room; a smaller one after it may still fit.
-- Days to come are left out: they are not fully booked yet. Cancelled bookings are left out: their room became free again.
WITH RECURSIVE slot AS MATERIALIZED (
  SELECT row_number() OVER () AS slot, extract(dow FROM r."preferredDate")::integer AS day, r.period,
         coalesce(max(c."totalMinutes"), 0) AS room,             -- no active time slot: closed, and nothing fits
         array_agg(r."estimatedDuration" ORDER BY r."createdAt", r.id) AS minutes,
         min(r."estimatedDuration") AS least, count(*) AS bookings
  FROM reservations r
  LEFT JOIN clinic_time_slots c ON c."dayOfWeek" = extract(dow FROM r."preferredDate")::integer AND c.period = r.period AND c."isActive"
  WHERE r."preferredDate" >= current_date - interval '6 months' AND r."preferredDate" < current_date AND r.status <> 'CANCELLED'
  GROUP BY r."preferredDate", r.period
), walk (slot, position, room, fitted) AS (
  SELECT slot, 1, room, 0 FROM slot
  UNION ALL
  -- All slots at once, one booking of each a round; a slot with less room than its smallest booking is through.
  SELECT w.slot, w.position + 1, w.room - CASE WHEN s.minutes[w.position] <= w.room THEN s.minutes[w.position] ELSE 0 END,
         w.fitted + CASE WHEN s.minutes[w.position] <= w.room THEN 1 ELSE 0 END
  FROM walk w JOIN slot s USING (slot)
  WHERE w.position <= s.bookings AND w.room >= s.least
), outcome AS (
  SELECT s.day, s.period, s.room, s.bookings, s.bookings - w.fitted AS refused
  FROM slot s JOIN (SELECT slot, max(fitted) AS fitted FROM walk GROUP BY slot) w USING (slot)
)
SELECT coalesce((ARRAY['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'])[day + 1], 'all') AS "day",
       coalesce(period::text, '') AS "period",
       CASE WHEN grouping(day) = 0 THEN max(room) END AS "minutes open",
       coalesce(sum(bookings), 0) AS "bookings",
       coalesce(sum(refused), 0) AS "would have been refused",
       CASE WHEN sum(bookings) > 0 THEN round(100 * sum(refused) / sum(bookings), 1) END AS "percent"
FROM outcome
GROUP BY GROUPING SETS ((day, period), ())
ORDER BY grouping(day), (day + 6) % 7, outcome.period;
