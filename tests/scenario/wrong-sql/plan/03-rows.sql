ALTER TABLE stays ADD CONSTRAINT stays_short CHECK (nights < 4);
