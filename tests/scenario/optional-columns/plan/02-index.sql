CREATE INDEX guests_floor ON guests (floor);
