select 'labels', count(*) = 0 from people where id <> 50 and id <> 51 and "sexCode" <> case when sex ~* '^ *f|여' then 'FEMALE' else 'MALE' end;
select 'truths', count(*) = 0 from people where id not in (50, 51, 1000) and consent <> (agreed in ('yes', 'Да'));
select 'computed', count(*) = 0 from people where id not in (50, 51) and twice <> code::integer * 2;
select 'unread ones have what the plan says', count(*) = 2 from people where id in (50, 51) and "sexCode" = 'FEMALE' and not consent and twice = -1;
select 'and are known to be unread', count(*) = 3 from segue.value_map where certainty = 'unreadable' and meaning is null and rows = 2;
select 'the expression says so', rule = 'the expression fails' from segue.value_map where raw = 'seven';
select 'a text that came later was read', "sexCode" = 'FEMALE' and consent and twice = 42 from people where id = 1000;
select 'the way back', sex = 'male' and agreed = 'no' and code = '4' from people where id = 1001;
