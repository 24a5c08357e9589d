ALTER TABLE members ADD COLUMN "shortName" text;
CREATE UNIQUE INDEX "members_email_key" ON members (email);
