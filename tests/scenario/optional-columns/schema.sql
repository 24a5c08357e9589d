-- Some guests were sent by somebody; most were not, and that is no gap.
create table senders (id integer primary key, name text not null unique);
insert into senders values (7, 'Kim');
create table guests (id integer primary key, sender text, room integer not null);
insert into guests values (1, 'Kim', 101), (2, null, 203), (3, 'nobody knows', 305), (4, 'Kim', 404);
