CREATE TABLE bewegungen (lauf integer PRIMARY KEY, menge integer);
