-- Counted by kind of room: nobody's name.
SELECT "roomKind" AS kind, count(*) AS stays, round(avg(nights), 2) AS "nights, on average" FROM stays GROUP BY 1 ORDER BY 1
