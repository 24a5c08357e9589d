ALTER TABLE "Room Nights" ADD COLUMN "Grade" integer;
