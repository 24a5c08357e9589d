create table countries (id integer primary key, code text not null unique);
insert into countries values (1, 'KR'), (2, 'DE');
create table orders (id integer primary key, country text not null, weight text not null default '1');
insert into orders select i, (array['KR', 'DE'])[1 + i % 2], i from generate_series(1, 100) i;
