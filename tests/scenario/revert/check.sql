select 'what only the new side can say is there', count(*) = 3 from stays where "roomId" = 'room_attic' and "pricePerNight" = 20 and "halfOfDay" = 'MORNING';
select 'no row is lost', count(*) = 403 from stays;
select 'nothing stands in the queue', count(*) = 0 from segue.repairs where "resolvedAt" is null;
select 'the archive is gone', count(*) = 0 from pg_class where relnamespace = 'segue_archive'::regnamespace;
