-- What a patient can book, as rows that an administrator can add and change.
-- Every ServiceType of the old model has the row whose code is its label.
CREATE TYPE "Period" AS ENUM ('MORNING', 'AFTERNOON');

CREATE TABLE services (
  id text PRIMARY KEY,
  code text NOT NULL CONSTRAINT services_code_key UNIQUE,
  name text NOT NULL,
  "nameEn" text,
  description text,
  category text,
  "durationMinutes" integer NOT NULL DEFAULT 30 CONSTRAINT "services_durationMinutes_check" CHECK ("durationMinutes" > 0),
  "bufferMinutes" integer NOT NULL DEFAULT 10 CONSTRAINT "services_bufferMinutes_check" CHECK ("bufferMinutes" >= 0),
  "basePrice" integer CONSTRAINT "services_basePrice_check" CHECK ("basePrice" >= 0),
  "isActive" boolean NOT NULL DEFAULT true,
  "isVisible" boolean NOT NULL DEFAULT true,
  "displayOrder" integer NOT NULL DEFAULT 0,
  "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  "updatedAt" timestamp(3) NOT NULL DEFAULT current_timestamp,
  "deletedAt" timestamp(3)
);

CREATE INDEX "services_isActive_isVisible_displayOrder_idx" ON services ("isActive", "isVisible", "displayOrder");

INSERT INTO services (id, code, name, "nameEn", "durationMinutes", "bufferMinutes", "displayOrder") VALUES
  ('srv_wrinkle_botox', 'WRINKLE_BOTOX', '주름/보톡스', 'Wrinkles and botox', 30, 10, 1),
  ('srv_volume_lifting', 'VOLUME_LIFTING', '볼륨/리프팅', 'Volume and lifting', 45, 15, 2),
  ('srv_skin_care', 'SKIN_CARE', '피부케어', 'Skin care', 60, 10, 3),
  ('srv_removal_procedure', 'REMOVAL_PROCEDURE', '제거시술', 'Removal procedures', 40, 10, 4),
  ('srv_body_care', 'BODY_CARE', '바디케어', 'Body care', 50, 10, 5),
  ('srv_other_consultation', 'OTHER_CONSULTATION', '기타 상담', 'Other consultation', 20, 5, 6);
