select 'every row has the meaning of its text', count(*) = 0 from stays s join segue.value_map m on m.raw = s."arrivesAt" where s."halfOfDay" is distinct from coalesce(m.meaning, 'AFTERNOON');
select 'no text stands in the audit', count(*) = 0 from segue.audit a where a::text ~ 'band stops|HYPERLINK|very';
