select 'rows', count(*) = 393 from stays;
select 'untouched rows have their own values', count(*) = 370 and bool_and((s."roomKind", s."arrivesAt") = (k."roomKind", k."arrivesAt"))
  from stays s join kept.before k using (id) where id not between 11 and 40;
select 'to the letter', "arrivesAt" = 'ca. 9:30 AM' from stays where id = 7;
select 'renamed guests too', count(*) = 10 and bool_and((s."roomKind", s."arrivesAt") = (k."roomKind", k."arrivesAt"))
  from stays s join kept.before k using (id) where id between 21 and 30 and s."guestName" = 'renamed';
select 'changed rows have what the mapping says', count(*) = 10 and bool_and("roomKind" = 'SUITE' and "arrivesAt" = '09:00') from stays where id between 11 and 20;
select 'new rows too', count(*) = 2 and bool_and("roomKind"::text || ' ' || "arrivesAt" = case id when 1001 then 'DOUBLE 15:00' else 'SINGLE 09:00' end)
  from stays where id in (1001, 35);
select 'deleted ones stay away', count(*) = 1 from stays where id between 31 and 40;
select 'each constraint as it was', text is not distinct from (
    select string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')), ', ' order by conname)
    from pg_constraint where conrelid = 'stays'::regclass and contype in ('n', 'c'))
  from kept.constraints;
