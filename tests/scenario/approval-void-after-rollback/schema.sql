create table notes (id integer primary key, body text not null);
insert into notes select i, 'note ' || i from generate_series(1, 5) i;
