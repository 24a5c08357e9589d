\ir ../approval-void-after-rollback/schema.sql
