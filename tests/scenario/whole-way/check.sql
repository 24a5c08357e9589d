select 'each stay is there once', count(*) = 402 and count(distinct id) = 402 from stays;
select 'the new side says what the old one said', count(*) = 0
  from kept.stays k left join stays s using (id) left join rooms r on r.id = s."roomId"
  where r.code is distinct from k."roomKind"::text
     or s."halfOfDay" is distinct from case when k."arrivesAt" in ('9:00 AM', '오전 10시') then 'MORNING' else 'AFTERNOON' end;
select 'nothing else changed', count(*) = 0
  from kept.stays k left join stays s using (id) where row (s."guestName", s.nights) is distinct from row (k."guestName", k.nights);
select 'the new columns are required', count(*) = 3 from information_schema.columns
  where table_name = 'stays' and column_name in ('roomId', 'pricePerNight', 'halfOfDay') and is_nullable = 'NO';
select 'no trigger is left', count(*) = 0 from pg_trigger where tgrelid = 'stays'::regclass and not tgisinternal;
select 'every step has its actor', count(*) > 20 and count(*) filter (where actor = '') = 0 from segue.audit;
