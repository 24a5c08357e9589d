create table "Guests" (id integer primary key, name text not null, title text not null);
