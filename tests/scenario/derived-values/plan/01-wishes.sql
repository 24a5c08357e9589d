CREATE TABLE wishes (
  id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
  "callId" text NOT NULL UNIQUE REFERENCES calls ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  period text,
  caller text
);
