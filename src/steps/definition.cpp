#include "steps/definition.hpp"

#include <boost/json.hpp>

namespace segue::steps {

using sql::build;
using sql::Sql;

namespace {

// $1: the table, $2: names of columns. What the queries below read of: columns, constraints, indexes and statistics that go with them.
Sql what_goes() {
  return R"sql(
    with wanted as (
      select a.attnum, a.attname, a.attacl, a.atttypid, pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
             case when a.attcollation <> t.typcollation then a.attcollation::regcollation end as collated, a.attnotnull, a.attstattarget,
             a.attstorage, t.typstorage, pg_catalog.pg_get_expr(d.adbin, d.adrelid) as expression
      from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
        and (jsonb_array_length($2::jsonb) = 0 or $2::jsonb ? a.attname::text)),
    -- The table, and the partitions, each with its own numbers of these columns.
    tree as (
      select p.oid, p.level, array(select a.attnum from pg_catalog.pg_attribute a join wanted w using (attname) where a.attrelid = p.oid) as numbers
      from (select $1::regclass::oid, 0 union all select relid, level from pg_catalog.pg_partition_tree($1::regclass) where level > 0) p (oid, level)),
    indexes as (
      select i.indexrelid, t.level, h.inhparent from tree t join pg_catalog.pg_index i on i.indrelid = t.oid
      left join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
      where not exists (select 1 from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
        and exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
                    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid = any (t.numbers))),
    keys as (
      select k.oid, k.conname, k.conrelid, t.level from tree t join pg_catalog.pg_constraint k on k.conrelid = t.oid and k.conkey && t.numbers
      where k.contype <> 'n' and (t.level = 0 or (k.conparentid = 0 and k.coninhcount = 0))),
    -- Since 18 each NOT NULL has a name, and may be NOT VALID or NO INHERIT.
    required as (
      select k.oid, k.conname, w.attname, pg_catalog.pg_get_constraintdef(k.oid) as definition from wanted w
      join pg_catalog.pg_constraint k on k.conrelid = $1::regclass and k.contype = 'n' and k.conkey[1] = w.attnum),
    stats as (select s.oid from pg_catalog.pg_statistic_ext s join tree t on t.oid = s.stxrelid where s.stxkeys::int2[] && t.numbers))sql"_sql;
}

Sql columns() {
  return R"sql(
    select jsonb_agg(jsonb_build_object('name', attname, 'type', type, 'collation', collated, 'notNull', attnotnull,
             'default', expression) order by attnum) from wanted)sql"_sql;
}

// A constraint of one partition names it.
Sql constraints() {
  return R"sql(
    select coalesce(jsonb_agg(jsonb_build_object('name', conname, 'definition', pg_catalog.pg_get_constraintdef(keys.oid))
        || case when level = 0 then '{}' else jsonb_build_object('schema', n.nspname, 'table', c.relname) end order by level, conname), '[]')
    from keys join pg_catalog.pg_class c on c.oid = conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace)sql"_sql;
}

Sql enum_types() {
  return R"sql(
    select coalesce(jsonb_agg(jsonb_build_object('name', t.typname, 'labels',
             (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid))), '[]')
    from pg_catalog.pg_type t where t.typtype = 'e' and t.oid in (select atttypid from wanted))sql"_sql;
}

// Rights to the columns, or to the table as a whole; and who owns the statistics, who may be another than segue.
Sql rights() {
  return R"sql(
    select coalesce((select jsonb_agg(format('grant %s%s on %s to %s%s', privilege, columns, $1::regclass, grantee, option)) from (
          select privilege_type, format('(%I)', attname), g.grantee, g.is_grantable from wanted, aclexplode(attacl) g
          union all
          select privilege_type, '', g.grantee, g.is_grantable from pg_catalog.pg_class c, aclexplode(c.relacl) g
            where c.oid = $1::regclass and g.grantee <> c.relowner and jsonb_array_length($2::jsonb) = 0) acl (privilege, columns, role, grantable),
        lateral (select case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end,
                        case when grantable then ' with grant option' else '' end) named (grantee, option)), '[]')
      || (select coalesce(jsonb_agg(format('alter statistics %I.%I owner to %I', n.nspname, s.stxname, pg_get_userbyid(s.stxowner))), '[]')
          from stats join pg_catalog.pg_statistic_ext s using (oid) join pg_catalog.pg_namespace n on n.oid = s.stxnamespace))sql"_sql;
}

// A partitioned index first, then its parts, which are built apart and attached.
Sql index_statements() {
  return R"sql(
    select coalesce(jsonb_agg(statement order by level, indexrelid, place), '[]') from indexes, lateral (
      select 1, pg_catalog.pg_get_indexdef(indexrelid)
      union all
      select 2, format('ALTER INDEX %s ATTACH PARTITION %s', inhparent::regclass, indexrelid::regclass)
        where inhparent is not null and level > 0) made (place, statement))sql"_sql;
}

Sql required() {
  return R"sql(
    select coalesce(jsonb_agg(jsonb_build_object('name', conname, 'column', attname, 'definition', definition) order by conname), '[]') from required)sql"_sql;
}

// Comments, statistics and storage.
Sql rest() {
  return R"sql(
    select coalesce(jsonb_agg(statement), '[]') from (
      select format('comment on column %s.%I is %L', $1::regclass, attname, comment)
        from wanted, pg_catalog.col_description($1::regclass, attnum) comment where comment is not null
      union all
      select format('comment on constraint %I on %s is %L', conname, conrelid::regclass, comment)
        from (select oid, conname, conrelid from keys union all select oid, conname, $1::regclass from required) named,
             pg_catalog.obj_description(oid, 'pg_constraint') comment where comment is not null
      union all
      select format('comment on index %s is %L', indexrelid::regclass, comment)
        from indexes, pg_catalog.obj_description(indexrelid, 'pg_class') comment where comment is not null
      union all
      select format('alter table %s alter column %I set statistics %s', $1::regclass, attname, attstattarget) from wanted where attstattarget >= 0
      union all
      select format('alter table %s alter column %I set storage %s', $1::regclass, attname,
                    case attstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end)
        from wanted where attstorage <> typstorage
      union all
      select regexp_replace(pg_catalog.pg_get_statisticsobjdef(oid), '^CREATE STATISTICS', 'CREATE STATISTICS IF NOT EXISTS') from stats) more (statement))sql"_sql;
}

}  // namespace

std::string definition_of(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns_of_it) {
  boost::json::array names;
  for (const auto& column : columns_of_it) names.emplace_back(column);
  const auto all = build("{} select jsonb_build_object('columns', ({}), 'constraints', ({}), 'types', ({}), 'owner', (\n"
                         "  select pg_get_userbyid(relowner) from pg_catalog.pg_class where oid = $1::regclass), 'grants', ({}), 'indexes', ({}),\n"
                         "  'required', ({}), 'rest', ({}))::text"_sql, what_goes(), columns(), constraints(), enum_types(), rights(), index_statements(), required(), rest());
  return db.run("archive.definition", all, {sql::render(table), boost::json::serialize(names)}).text();
}

}  // namespace segue::steps
