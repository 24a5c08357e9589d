select 'withdrawn, not deleted', count(*) = 2 from segue.approvals where "withdrawnAt" is not null and phase in ('first', 'second');
select 'the checklist stands', count(*) = 2 from segue.approvals where "withdrawnAt" is null and item is not null;
select 'the index is there', count(*) = 1 from pg_index i where indexrelid = '"notes_words_idx"'::regclass and indisvalid;
