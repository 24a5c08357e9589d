-- What a database consists of but the rows, a line each, where the pg_dump at hand is older than the server and refuses it.
-- SCHEMAS stands for a condition on n.nspname. Columns in their order; everything else by its name.
with n as (select oid, nspname, nspowner, nspacl from pg_namespace n
  where nspname !~ '^pg_' and nspname <> 'information_schema' and SCHEMAS),
r as (select c.*, format('%I.%I', n.nspname, c.relname) as name from pg_class c join n on n.oid = c.relnamespace),
lines (kind, name, position, line) as (
  select 'schema', nspname::text, 0, concat_ws(' ', nspowner::regrole, (select array_agg(a::text order by a::text) from unnest(nspacl) a)) from n
  union all
  select 'relation', name, 0, concat_ws(' ', relkind, relpersistence, relreplident, relowner::regrole,
      (select array_agg(a::text order by a::text) from unnest(relacl) a), reloptions::text, case when relrowsecurity then 'row security' end,
      case when relforcerowsecurity then 'forced' end, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid), reloftype::regtype,
      (select string_agg(inhparent::regclass::text, ', ' order by inhseqno) from pg_inherits where inhrelid = r.oid),
      case when relkind in ('v', 'm') then pg_get_viewdef(oid) end)
    from r where relkind not in ('i', 'I', 't')
  union all
  select 'column', name, a.attnum, concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
      a.attidentity::text || a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), nullif(a.attcollation, t.typcollation)::regcollation,
      nullif(a.attstorage, t.typstorage), a.attcompression, a.attstattarget, a.attoptions::text, a.attacl::text)
    from r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where relkind not in ('i', 'I', 't', 'S')
  union all
  select 'sequence', name, 0, (to_jsonb(s) - 'seqrelid')::text || coalesce(' owned by ' || pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), '')
    from r join (select seqrelid, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle from pg_sequence) s on s.seqrelid = r.oid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i')
  union all
  select 'constraint', name || quote_ident(k.conname), 0, pg_get_constraintdef(k.oid) || case when k.conislocal then '' else ' inherited' end
    from r join pg_constraint k on k.conrelid = r.oid
  union all
  select 'index', name, 0, concat_ws(' ', pg_get_indexdef(i.indexrelid), case when i.indisclustered then 'clustered' end,
      case when i.indisreplident then 'identity' end, case when not i.indisvalid then 'invalid' end) from r join pg_index i on i.indexrelid = r.oid
  union all
  select 'trigger', name || quote_ident(t.tgname), 0, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
    from r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
  union all
  select 'rule', name || quote_ident(w.rulename), 0, pg_get_ruledef(w.oid) || ' ' || w.ev_enabled::text
    from r join pg_rewrite w on w.ev_class = r.oid where w.rulename <> '_RETURN'
  union all
  select 'policy', name || quote_ident(p.polname), 0, concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) from r join pg_policy p on p.polrelid = r.oid
  union all
  select 'function', p.oid::regprocedure::text, 0, concat_ws(' ', p.prokind, p.proowner::regrole,
      (select array_agg(a::text order by a::text) from unnest(p.proacl) a), case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end)
    from pg_proc p join n on n.oid = p.pronamespace
  union all
  select 'type', t.oid::regtype::text, 0, concat_ws(' ', t.typtype, t.typowner::regrole, t.typacl::text, nullif(t.typbasetype, 0)::regtype, t.typdefault,
      case when t.typnotnull then 'not null' end, (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid),
      (select string_agg(pg_get_constraintdef(oid), ', ' order by conname) from pg_constraint where contypid = t.oid))
    from pg_type t join n on n.oid = t.typnamespace where t.typtype in ('e', 'd', 'r')
  union all
  select 'statistics', s.stxname::text, 0, pg_get_statisticsobjdef(s.oid) from pg_statistic_ext s join n on n.oid = s.stxnamespace
  union all
  select 'publication', p.pubname::text, 0, r.name from pg_publication_rel x join pg_publication p on p.oid = x.prpubid join r on r.oid = x.prrelid
  union all
  select 'event trigger', e.evtname::text, 0, concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled) from pg_event_trigger e
  union all
  select 'comment', i.type || ' ' || i.identity, 0, d.description
    from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i join n on i.schema = n.nspname or i.schema is null and i.name = n.nspname
)
select concat_ws(' ', kind, name, line) from lines order by kind, name, position, line
