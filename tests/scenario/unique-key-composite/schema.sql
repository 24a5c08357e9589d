create table "Room Nights" (
  "hotelCode" text not null,
  "roomNumber" integer not null,
  night date not null,
  "Kind" text not null,
  "paidCents" bigint,
  primary key ("hotelCode", night, "roomNumber")
);
-- Keys that only whole quoting survives.
insert into "Room Nights"
  select hotel, room, date '2026-01-01' + night, case when room % 2 = 0 then 'basic' else 'fine' end, room * 100
  from unnest(array['plain', 'with "quotes"', 'with, comma', 'back\slash', '{braces}', 'NULL', '', ' ', 'Ünïcödé', 'it''s', 'a', 'A', 'B']) hotel,
       generate_series(1, 12) room, generate_series(0, 19) night;
create schema kept;
create table kept.nights as table "Room Nights";
analyze;
