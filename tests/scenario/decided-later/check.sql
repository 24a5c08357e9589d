select 'no row of it is left', count(*) = 0 from stays where "arrivesAt" = 'when the band stops' and "halfOfDay" <> 'MORNING';
