select 'no step of the next phase', count(*) = 0 from segue.steps where phase in ('switch', 'contract');
select 'no flag', count(*) = 0 from segue.flags;
select 'no row was changed by the second look',
  rows = (select md5(string_agg(s::text, '|' order by id)) from stays s) and steps = (select count(*) from segue.steps) from kept.seen;
select 'the unread ones are provisional', count(*) = 40 and count(*) filter (where "halfOfDay" = 'AFTERNOON') = 40
  from stays where "arrivesAt" = 'when the band stops';
select 'the numbers are on record', count(*) = 2 from segue.checks where name = 'gate: read' and not passed and found = '90.00 %';
