CREATE TABLE rooms (
  id text PRIMARY KEY,
  code text NOT NULL CONSTRAINT rooms_code_key UNIQUE,
  "pricePerNight" integer NOT NULL
);
INSERT INTO rooms (id, code, "pricePerNight") VALUES ('room_single', 'SINGLE', 50), ('room_double', 'DOUBLE', 80), ('room_suite', 'SUITE', 200);
ALTER TABLE stays ADD COLUMN "roomId" text, ADD COLUMN "pricePerNight" integer, ADD COLUMN "halfOfDay" text;
