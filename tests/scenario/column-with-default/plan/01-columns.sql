ALTER TABLE items ADD COLUMN "kindId" integer, ADD COLUMN "isHidden" boolean DEFAULT false;
