-- The planner takes what stands in an index on an expression for anything, until somebody looks.
create table guests (id integer primary key, name text not null) with (autovacuum_enabled = off);
insert into guests select i, 'Guest ' || i % 3 from generate_series(1, 300) i;
create table visits (id integer, year integer, door text, primary key (id, year)) partition by list (year);
create table visits_1 partition of visits for values in (1) with (autovacuum_enabled = off);
insert into visits select i, 1, 'Door ' || i % 3 from generate_series(1, 300) i;
create table ended ();
