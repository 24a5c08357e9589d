CREATE OR REPLACE VIEW as_json AS SELECT id, row_to_json(t) AS ticket FROM tickets t WHERE price > 3;
CREATE OR REPLACE VIEW as_empty AS SELECT jsonb_populate_record(NULL::tickets, '{"seat": "a"}') IS NULL AS nothing;
