\ir ../guest-house/schema.sql
