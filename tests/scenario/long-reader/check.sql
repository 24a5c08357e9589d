select 'the step came after the reader', "endedAt" < (select at from segue.operations where position = 0) from measured.reader;
select 'the application went on meanwhile', count(*) > 100 from measured.waits where at < (select "endedAt" from measured.reader);
-- Lock timeout 100 ms and a generous second; the reader stood there for 15 s.
select 'no statement waited for it, longest ' || round(max(ms)) || ' ms', max(ms) < 1100 from measured.waits;
select 'some stood behind an attempt of segue for a moment', count(*) > 0 from measured.waits where ms > 30;
select 'the journal knows', "longestLockWaitMs" >= 100 from segue.steps;
select 'every statement came through', count(*) = 3 and bool_and(state = 'done') from segue.operations;
