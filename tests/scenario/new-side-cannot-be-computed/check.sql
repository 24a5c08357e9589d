select 'the reasons name no value', count(*) > 0 and bool_and(reason in ('no value: stand-in used', '22P02') and direction = 'new') from segue.repairs;
select 'three rows', array_agg(distinct key[1]::integer order by key[1]::integer) = '{1,201,202}' from segue.repairs;
select 'nothing of the next phase', count(*) = 0 from segue.steps where phase = 'after';
