select 'off again after the rollback', percent = 0 from segue.flags;
select 'who and why are on record', count(*) = 1 from segue.audit where actor = 'the night shift' and action = 'flag rooms to 0 %' and reason = 'strange bills';
select 'in this order', string_agg(action, ', ' order by id) = 'flag rooms to 0 %, flag rooms to 50 %, flag rooms to 0 %, flag rooms to 50 %, flag rooms to 100 %, flag rooms to 0 %'
  from segue.audit where action like 'flag%';
