create table people (id integer primary key, sex text, agreed text, code text);
insert into people select i, (array['F', ' female', '여성', 'm', 'Male'])[i % 5 + 1], (array['yes', 'Да', 'NO', '아니오'])[i % 4 + 1], (i % 7)::text
from generate_series(1, 700) i;
update people set sex = 'who knows', agreed = 'perhaps', code = 'seven' where id in (50, 51);
