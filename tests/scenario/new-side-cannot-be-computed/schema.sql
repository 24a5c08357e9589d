-- A shop's orders name their country as they like; the new model has a table of countries.
create table countries (id integer primary key, code text not null unique);
insert into countries values (1, 'KR'), (2, 'DE');
create table orders (id integer primary key, country text not null, weight text not null default '1');
insert into orders select i, (array['KR', 'DE'])[1 + i % 2], i from generate_series(1, 100) i;
-- What the backfill itself cannot compute ends nothing: the row is queued.
insert into orders values (150, 'KR', 'many');
-- The backfill visits a table whose keys lie in order several times: the row that fails is to be told from its neighbours then, too.
analyze orders;
