-- A mail-order shop: the state of an order is an enum, the colours of an article are one text, the address is part of the customer.
-- Identity and generated columns, a composite key, partitions in two levels, inherited constraints, names beyond ASCII.
create type "Zustand" as enum ('neu', 'bezahlt', '취소');
create table "Kunde" (
  nr bigint generated always as identity primary key,
  "Name" text not null,
  "Suchname" text generated always as (lower("Name")) stored,
  "Straße" text collate "C",
  "Ort" text
);
comment on column "Kunde"."Straße" is 'with the number of the house';
create index "Kunde_Ort" on "Kunde" (upper("Ort"));
-- Whatever is sold has a price; articles and books inherit that.
create table "Ware" (katalog text not null, nummer integer not null, "Preis" numeric not null constraint "Ware_Preis" check ("Preis" > 0));
create table "Buch" (titel text) inherits ("Ware");
create table "Artikel" ("Größe" text, "Farben" text, primary key (katalog, nummer), constraint "Artikel_Farben" check ("Farben" <> '')) inherits ("Ware");
create table "주문" (
  jahr integer not null,
  "Nr" integer not null,
  kunde bigint not null references "Kunde" on delete cascade,
  "Summe" numeric not null,
  "Steuer" numeric generated always as (round("Summe" * 0.19, 2)) stored,
  "Zustand" "Zustand" not null default 'neu',
  primary key (jahr, "Nr"),
  constraint "주문_bezahlt" check ("Zustand" <> 'bezahlt' or "Summe" > 0)
) partition by range (jahr);
create table "주문_2023" partition of "주문" for values from (2023) to (2024);
create table "주문_2024" partition of "주문" for values from (2024) to (2025) partition by hash ("Nr");
create table "주문_2024_0" partition of "주문_2024" for values with (modulus 2, remainder 0);
create table "주문_2024_1" partition of "주문_2024" for values with (modulus 2, remainder 1);
create table "주문_später" partition of "주문" default;
create index "주문_Zustand" on "주문" ("Zustand");
create index "주문_2023_offen" on "주문_2023" ("Nr") where "Zustand" = 'neu';
comment on index "주문_Zustand" is 'for the list of open orders';
create statistics "주문_2023_statistik" on jahr, "Zustand" from "주문_2023";

insert into "Kunde" ("Name", "Straße", "Ort")
  select 'Kunde ' || i, case when i % 7 > 0 then 'Straße ' || i end, case when i % 7 > 1 then 'Ort ' || i % 9 end from generate_series(1, 300) i;
insert into "Buch" select 'B', i, 10 + i, 'Buch ' || i from generate_series(1, 5) i;
insert into "Artikel" select (array['A', 'Ä', 'it''s, {so}'])[1 + i % 3], i, 5 + i, 'Größe ' || i,
  (array['rot', 'rot, grün', 'grün, blau, rot', '검정, rot, rot', null])[1 + i % 5] from generate_series(1, 300) i;
insert into "주문" (jahr, "Nr", kunde, "Summe", "Zustand")
  select 2023 + i % 4, i, 1 + i % 300, i, (enum_range(null::"Zustand"))[1 + i % 3] from generate_series(1, 2000) i;

-- What the old model says, kept by the writers themselves beside their every write: the measure of everything below.
create schema kept;
create table kept."Kunde" as select nr, "Name", "Straße", "Ort" from "Kunde";
create table kept."Artikel" as select katalog, nummer, "Farben" from "Artikel";
create table kept."주문" as select jahr, "Nr", kunde, "Summe", "Zustand"::text from "주문";
alter table kept."Kunde" add primary key (nr);
alter table kept."Artikel" add primary key (katalog, nummer);
alter table kept."주문" add primary key ("Nr");
create sequence kept.nr start 100000;
create table kept.writers (kind text primary key, go boolean not null default false, writes bigint not null default 0);
insert into kept.writers (kind) values ('old'), ('new');
analyze;
