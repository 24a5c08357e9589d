select 'the reasons name no value', count(*) > 0 and bool_and(reason in ('no value: stand-in used', '22P02') and direction = 'new') from segue.repairs;
select 'four rows', keys, keys = '{1,150,201,202}' from (select array_agg(distinct key[1]::integer order by key[1]::integer) as keys from segue.repairs) q;
select 'all settled', bool_and("resolvedAt" is not null) from segue.repairs;
select 'the row the backfill left out is filled', grams = 7000 and "countryId" = 1 from orders where id = 150;
