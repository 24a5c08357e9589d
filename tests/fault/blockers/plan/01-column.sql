alter table t add column "bookedBy" text;
