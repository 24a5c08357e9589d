select 'the queue holds the row, and no other', count(*) = 1 and min(key[1]) = '501' and min(direction) = 'old' from segue.repairs;
select 'the write kept its new side', "roomId" = 'room_attic' and "pricePerNight" = 20 and "halfOfDay" = 'MORNING' from stays where id = 501;
