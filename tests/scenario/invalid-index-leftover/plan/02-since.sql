CREATE INDEX "members_memberSince_idx" ON members ("memberSince");
