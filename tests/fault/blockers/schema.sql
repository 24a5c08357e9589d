-- Vacuumed when a test wants it: against wraparound it is in any case.
create table t (id bigint generated always as identity primary key, "patientName" text not null) with (autovacuum_enabled = false);
insert into t ("patientName") select repeat('p', 800) || i from generate_series(1, 20000) i;
-- A dump locks its tables in the order of their names.
create table zz_later ();
analyze t;
