-- Views that read a row without naming its columns: PostgreSQL drops a column under them and says nothing.
create table tickets (id integer primary key, seat text not null, price integer not null);
insert into tickets select i, 'row ' || i % 5, i from generate_series(1, 20) i;
create table leaflets (id integer primary key, text text);
create view as_row as select t from tickets t;
create view as_json as select id, row_to_json(t) as ticket from tickets t where price > 3;
create view as_text as select t.*::text as ticket from tickets t;
create view as_empty as select jsonb_populate_record(null::tickets, '{"seat": "a"}') is null as nothing;
create view other_row as select row_to_json(s) as sold from (select id, price from tickets) s;
create view only_counted as select count(*) from tickets;
create view named as select id, price from tickets;
create view counted_leaflets as select count(*) from leaflets;
create view whole_leaflets as select l from leaflets l;
create view named_leaflets as select id from leaflets;
