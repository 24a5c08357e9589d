create table visits (guest text, "cameAt" timestamptz not null default now());
insert into visits (guest) values ('a'), ('a'), ('b');
