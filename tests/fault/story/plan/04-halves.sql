SELECT half, count(*) > 0 AS some FROM scans GROUP BY 1 ORDER BY 1
