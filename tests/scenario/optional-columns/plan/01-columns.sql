ALTER TABLE guests ADD COLUMN "senderId" integer, ADD COLUMN floor integer;
