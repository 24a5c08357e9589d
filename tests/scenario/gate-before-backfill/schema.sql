\ir ../new-side-cannot-be-computed/schema.sql
