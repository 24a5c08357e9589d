create table members (id integer primary key, email text not null, "memberSince" date not null default current_date);
insert into members (id, email) select i, 'member' || least(i, 99) || '@example.org' from generate_series(1, 100) i;
