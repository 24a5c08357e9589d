\ir ../guest-house/schema.sql
-- Some guests never said when they arrive.
alter table stays alter "arrivesAt" drop not null;
insert into stays ("guestName", "roomKind", "arrivesAt") select 'quiet ' || i, 'SINGLE', null from generate_series(1, 40) i;
analyze stays;
