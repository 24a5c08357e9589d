-- Calls of a practice: who rang, and when they want to come, in their own words.
CREATE TABLE calls (
  id text PRIMARY KEY,
  caller text NOT NULL,
  wanted text,
  "rangAt" timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tasks (
  id text PRIMARY KEY,
  "callId" text NOT NULL REFERENCES calls ON DELETE CASCADE,
  what text NOT NULL
);
CREATE INDEX tasks_call ON tasks ("callId");
INSERT INTO calls (id, caller, wanted, "rangAt")
  SELECT 'c' || i, 'caller ' || i, (ARRAY['9:00 AM', '오후 2시', '14:30', '10시', 'when it rains', NULL])[1 + i % 6], timestamptz '2026-01-01 08:00Z' + i * interval '1 hour'
  FROM generate_series(1, 60) i;
INSERT INTO tasks SELECT 't' || i, 'c' || i, 'ring back' FROM generate_series(1, 30) i;
