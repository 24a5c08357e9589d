CREATE INDEX guests_lower ON guests (lower(name));
CREATE INDEX visits_lower ON visits (lower(door));
