select 'all settled', count(*) > 0 and bool_and("resolvedAt" is not null) from segue.repairs;
select 'the stand-ins are what came back', count(*) = 3 and bool_and("roomId" = 'room_double') from stays where id between 501 and 503;
select 'no guest stands in the journal', not exists (select 1 from segue.audit a where a::text ~ 'upstairs') and not exists (select 1 from segue.repairs r where r::text ~ 'upstairs');
