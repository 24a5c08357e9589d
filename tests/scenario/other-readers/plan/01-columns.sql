alter table people add column "sexCode" text;
alter table people add column consent boolean;
alter table people add column twice integer;
