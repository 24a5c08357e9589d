CREATE OR REPLACE VIEW as_row AS SELECT t FROM tickets t;
CREATE OR REPLACE VIEW as_json AS SELECT id, json_build_object('id', id, 'price', price) AS ticket FROM tickets t WHERE price > 3;
CREATE OR REPLACE VIEW as_text AS SELECT t.*::text AS ticket FROM tickets t;
CREATE OR REPLACE VIEW as_empty AS SELECT false AS nothing;
