create temporary view last_written as select distinct on (id) id, device, "startsAt" from kept.written order by id, number desc;
select 'no row is lost or doubled', (select count(*) from scans) = (select count(*) from last_written);
select 'each row has the old values that were written last', count(*) = 0 from last_written w left join scans s using (id)
  where row (s.device::text, s."startsAt") is distinct from row (w.device, w."startsAt");
select 'and the new ones that follow from them', count(*) = 0 from last_written w left join scans s using (id) left join devices d on d.code = w.device
  where s."deviceId" is distinct from d.id or s.half is distinct from
    case when w."startsAt" in ('9:00 AM', '00:05', '8am') or (w."startsAt" ~ '^\d\d:\d\d$' and w."startsAt" < '12:00') then 'FIRST' else 'SECOND' end;
select 'the application wrote beside it all', count(*) > 61000 from kept.written;
select 'no index is invalid', bool_and(indisvalid and indisready) from pg_index where indrelid = 'scans'::regclass;
select 'nobody holds the plan', count(*) = 0 from pg_stat_activity where application_name like 'segue/%' and datname = current_database();
