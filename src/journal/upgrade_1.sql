-- Layout 1 (as version 0.2.0 has it) becomes layout 2: what people say about the repair queue.
-- In one transaction with its number; it only adds, so that triggers which were made before go on working.
alter table segue.repairs add column "acceptedAt" timestamptz, add column "acceptedBy" text, add column "acceptedFor" text, add column "acceptedAs" bigint;
comment on column segue.repairs."acceptedAt" is 'when a person said that the row is right as it is; null: nobody did, or the row was written since';
comment on column segue.repairs."acceptedBy" is 'who accepted it';
comment on column segue.repairs."acceptedFor" is 'why';
comment on column segue.repairs."acceptedAs" is 'hash of both sides of the row as it was accepted: another one opens the entry again';
comment on column segue.cursors.range is 'number of the key range; higher ones were left behind because others held rows of them';
update segue.meta set version = 2;
