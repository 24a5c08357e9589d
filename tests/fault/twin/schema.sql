\ir old.sql
create schema twin;
set search_path = twin;
\ir old.sql
analyze;
