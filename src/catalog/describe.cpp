#include "catalog/catalog.hpp"

namespace segue::catalog {

// One statement, one snapshot. Names of everything are written as PostgreSQL quotes them; oids never appear.
std::vector<std::string> describe_schema(pg::Connection& db, const std::string& schema) {
  const auto rows = db.run("catalog.describe_schema", R"sql(
    with n as (select oid from pg_catalog.pg_namespace where nspname = $1),
    relations as (select c.* from pg_catalog.pg_class c join n on n.oid = c.relnamespace)
    select format('%s %I kind %s rls %s', 'relation', relname, relkind, relrowsecurity) as line
      from relations where relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    union all
    select format('column %I.%I %s%s%s%s', c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                  case when a.attnotnull then ' not null' else '' end, a.attidentity::text || a.attgenerated::text,
                  coalesce(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''))
      from relations c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select format('constraint %I on %I %s%s', k.conname, c.relname, pg_catalog.pg_get_constraintdef(k.oid),
                  case when k.convalidated then '' else ' not validated' end)
      from pg_catalog.pg_constraint k join relations c on c.oid = k.conrelid
    union all
    select format('index %s%s', pg_catalog.pg_get_indexdef(i.indexrelid), case when i.indisvalid then '' else ' invalid' end)
      from pg_catalog.pg_index i join relations c on c.oid = i.indrelid
    union all
    select 'trigger ' || pg_catalog.pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text::text
      from pg_catalog.pg_trigger t join relations c on c.oid = t.tgrelid where not t.tgisinternal
    union all
    select 'view ' || quote_ident(relname) || ' ' || pg_catalog.pg_get_viewdef(oid) from relations where relkind in ('v', 'm')
    union all
    select 'rule ' || pg_catalog.pg_get_ruledef(r.oid) from pg_catalog.pg_rewrite r join relations c on c.oid = r.ev_class
      where r.rulename <> '_RETURN'
    union all
    select format('policy %I on %I %s', p.polname, c.relname, pg_catalog.pg_get_expr(p.polqual, p.polrelid))
      from pg_catalog.pg_policy p join relations c on c.oid = p.polrelid
    union all
    select 'function ' || pg_catalog.pg_get_functiondef(p.oid) from pg_catalog.pg_proc p join n on n.oid = p.pronamespace
      where p.prokind in ('f', 'p')
    union all
    select format('type %I %s %s', t.typname, t.typtype,
                  coalesce((select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder)
                            from pg_catalog.pg_enum e where e.enumtypid = t.oid), ''))
      from pg_catalog.pg_type t join n on n.oid = t.typnamespace where t.typtype in ('e', 'd', 'r')
    union all
    select format('comment on %s %s: %s', pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid), '', d.description)
      from pg_catalog.pg_description d join relations c on c.oid = d.objoid and d.classoid = 'pg_catalog.pg_class'::regclass
    order by 1)sql"_sql, {schema});
  std::vector<std::string> lines;
  for (int row = 0; row < rows.rows(); ++row) lines.push_back(rows.text(row, 0));
  return lines;
}

}  // namespace segue::catalog
