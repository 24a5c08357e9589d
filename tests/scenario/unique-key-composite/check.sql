select 'no row is lost or doubled', count(*) = 3120 from "Room Nights";
select 'each kind is what was written last', count(*) = 0 from "Room Nights" n where "Kind" is distinct from
  case when "roomNumber" = 2 and night = '2026-01-03' then 'fine' when "roomNumber" = 3 and night = '2026-01-03' then 'basic'
       when "hotelCode" = '{braces}' and "roomNumber" = 1 then 'basic' when "roomNumber" % 2 = 0 then 'basic' else 'fine' end;
