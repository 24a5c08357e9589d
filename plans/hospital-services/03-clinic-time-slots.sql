-- When the clinic is open, and how many minutes of each period can be booked. 0 is Sunday: closed, so no rows.
CREATE TABLE clinic_time_slots (
  id text PRIMARY KEY,
  "dayOfWeek" integer NOT NULL,
  period "Period" NOT NULL,
  "startTime" text NOT NULL,
  "endTime" text NOT NULL,
  "totalMinutes" integer NOT NULL,
  "isActive" boolean NOT NULL DEFAULT true,
  "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  "updatedAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  CONSTRAINT "clinic_time_slots_dayOfWeek_period_key" UNIQUE ("dayOfWeek", period),
  CONSTRAINT "clinic_time_slots_dayOfWeek_check" CHECK ("dayOfWeek" BETWEEN 0 AND 6),
  CONSTRAINT "clinic_time_slots_startTime_check" CHECK ("startTime" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  CONSTRAINT "clinic_time_slots_endTime_check" CHECK ("endTime" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND "endTime" > "startTime"),
  CONSTRAINT "clinic_time_slots_totalMinutes_check" CHECK ("totalMinutes" > 0)
);

INSERT INTO clinic_time_slots (id, "dayOfWeek", period, "startTime", "endTime", "totalMinutes") VALUES
  ('slot_1_morning', 1, 'MORNING', '09:00', '12:00', 180), ('slot_1_afternoon', 1, 'AFTERNOON', '14:00', '18:00', 240),
  ('slot_2_morning', 2, 'MORNING', '09:00', '12:00', 180), ('slot_2_afternoon', 2, 'AFTERNOON', '14:00', '18:00', 240),
  ('slot_3_morning', 3, 'MORNING', '09:00', '12:00', 180), ('slot_3_afternoon', 3, 'AFTERNOON', '14:00', '18:00', 240),
  ('slot_4_morning', 4, 'MORNING', '09:00', '12:00', 180), ('slot_4_afternoon', 4, 'AFTERNOON', '14:00', '18:00', 240),
  ('slot_5_morning', 5, 'MORNING', '09:00', '12:00', 180), ('slot_5_afternoon', 5, 'AFTERNOON', '14:00', '18:00', 240),
  ('slot_6_morning', 6, 'MORNING', '09:00', '13:00', 240);
