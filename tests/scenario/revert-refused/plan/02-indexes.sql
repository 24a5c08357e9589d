CREATE INDEX "stays_roomId_idx" ON stays ("roomId", "halfOfDay");
ALTER TABLE stays ADD CONSTRAINT "stays_roomId_fkey" FOREIGN KEY ("roomId") REFERENCES rooms (id);
ALTER TABLE stays ADD CONSTRAINT "stays_halfOfDay_check" CHECK ("halfOfDay" IN ('MORNING', 'AFTERNOON'));
