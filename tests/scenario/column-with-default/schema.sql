-- Defaults on both sides: an INSERT that leaves a column out has not written it, whatever the default puts there.
create table kinds (id integer primary key, code text not null unique);
insert into kinds values (1, 'PLAIN'), (2, 'FANCY');
create table items (id integer primary key, kind text not null default 'PLAIN', label text not null default ''::text);
insert into items select i, (array['PLAIN', 'FANCY'])[1 + i % 2], (array['', 'shown'])[1 + i % 2] from generate_series(1, 50) i;
