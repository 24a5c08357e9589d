select 'each row is there once', count(*) = 304 from reservations;
select 'both ways of writing were kept', string_agg(id || ' ' || service || ' ' || "preferredTime", ', ' order by id)
  = 'again1 BODY_CARE 4:10 PM, later1 SKIN_CARE 09:00, new1 SKIN_CARE 09:00, old1 BODY_CARE 4:10 PM, r1 SKIN_CARE 14:30, r2 BODY_CARE 오후 3시'
  from reservations where id in ('again1', 'later1', 'new1', 'old1', 'r1', 'r2');
select 'the tables are still their owner''s', count(*) = 2 and bool_and(tableowner = 'clinic owner') from pg_tables
  where schemaname = 'public' and tablename in ('reservations', 'service_reservation_limits');
select 'and who might use them still may', has_table_privilege('desk', 'service_reservation_limits', 'update') and not has_table_privilege('desk', 'service_reservation_limits', 'delete');
