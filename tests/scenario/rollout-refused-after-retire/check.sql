select 'at 100 %', percent = 100 from segue.flags;
select 'the refused ones changed nothing', count(*) = 0 from segue.audit where action = 'flag rooms to 50 %' and actor = 'operator'
  and id < (select max(id) from segue.audit where action like 'rolled back%');
select 'the row of the old way is in the new model', "roomId" = 'room_suite' and "halfOfDay" = 'MORNING' from stays where "guestName" = 'old way';
