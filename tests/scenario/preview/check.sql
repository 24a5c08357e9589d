select 'each result is evidence', count(*) = 2 and bool_and(detail -> 'rows' -> 2 ->> 1 = '134') from segue.steps where kind = 'preview' and plan = 'preview';
select 'in the audit, too', count(*) = 3 from segue.audit where plan = 'preview' and action like 'step done:%' and evidence ? 'rows';
