create table t (id bigint generated always as identity primary key, "patientName" text not null, "bookedAt" timestamptz not null default now());
insert into t ("patientName") select 'p' || i from generate_series(1, 2000) i;
analyze t;
-- What the application measures of its own statements, and when it shall stop.
create schema measured;
create table measured.waits (statement text not null, ms double precision not null, at timestamptz not null default clock_timestamp());
create table measured.reader ("endedAt" timestamptz);
