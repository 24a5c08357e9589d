\ir ../guest-house/schema.sql
create table holding as select 1 as "isHeld";
