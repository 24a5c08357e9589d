// What hangs together with a table: its partitions, and what stands in the way of dropping a column.
#include "base/text.hpp"
#include "catalog/catalog.hpp"

namespace segue::catalog {

std::string retired_name(const std::string& name) {
  constexpr std::size_t longest_name = 63;
  const auto retired = name + "__retired";
  return retired.size() <= longest_name ? retired : "retired_" + sha256_hex(name).substr(0, 24);
}

std::vector<Partition> partitions(pg::Connection& db, const sql::QualifiedName& table) {
  const auto rows = db.run("catalog.partitions", R"sql(
    select n.nspname, c.relname, pn.nspname, p.relname, t.isleaf
    from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) t
    join pg_catalog.pg_class c on c.oid = t.relid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_class p on p.oid = t.parentrelid join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
    where t.level > 0 order by t.level, c.oid)sql"_sql, {sql::render(table)});
  std::vector<Partition> found;
  for (int row = 0; row < rows.rows(); ++row)
    found.push_back({{rows.text(row, 0), rows.text(row, 1)}, {rows.text(row, 2), rows.text(row, 3)}, rows.boolean(row, 4)});
  return found;
}

// 'n': a drop without CASCADE is refused. A generated column would go silently with its source in older servers.
std::vector<Dependent> dependents(pg::Connection& db, const sql::QualifiedName& table, const std::string& column) {
  const auto rows = db.run("catalog.dependents", R"sql(
    with used as (
      select d.* from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = pg_catalog.to_regclass($1)::oid and $2 in (a.attname::text, ''))
    select case c.relkind when 'm' then 'materialized view' when 'v' then 'view' else 'rule' end, c.relname::text
      from used d join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
      join pg_catalog.pg_class c on c.oid = r.ev_class
    union
    select 'generated column', a.attname from used d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum <> d.refobjsubid
      and a.attgenerated <> ''
      where (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = d.refobjid and d.objsubid = a.attnum)
         or (d.classid = 'pg_catalog.pg_attrdef'::regclass
             and exists (select 1 from pg_catalog.pg_attrdef f where f.oid = d.objid and f.adrelid = a.attrelid and f.adnum = a.attnum))
    union
    select 'trigger', t.tgname from used d join pg_catalog.pg_trigger t on d.classid = 'pg_catalog.pg_trigger'::regclass and t.oid = d.objid
      where not t.tgisinternal and t.tgname not like 'zz segue %'
    union
    select 'foreign key of ' || k.conrelid::regclass::text, k.conname from used d
      join pg_catalog.pg_constraint k on d.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = d.objid
      where k.contype = 'f' and k.confrelid = d.refobjid and d.deptype = 'n' and k.conrelid <> d.refobjid
    union
    select 'policy', p.polname from used d join pg_catalog.pg_policy p on d.classid = 'pg_catalog.pg_policy'::regclass and p.oid = d.objid
    union
    select 'function', p.proname from used d join pg_catalog.pg_proc p on d.classid = 'pg_catalog.pg_proc'::regclass and p.oid = d.objid
    order by 1, 2)sql"_sql, {sql::render(table), column});
  std::vector<Dependent> found;
  for (int row = 0; row < rows.rows(); ++row) found.push_back({rows.text(row, 0), rows.text(row, 1)});
  return found;
}

// Of a view that takes the row as one value pg_depend knows the table and the columns it names besides; the row's type stands only in
// its query: ":vartype 16400", ":consttype 16400".
std::vector<RowReader> row_readers(pg::Connection& db, const sql::QualifiedName& table) {
  const auto rows = db.run("catalog.row_readers", R"sql(
    with readers as (
      select r.ev_class, bool_and(d.refobjsubid = 0) as no_column,
             bool_or(r.ev_action::text || coalesce(r.ev_qual::text, '') ~ (':[a-z_]*type(id)? ' || t.reltype || ' ')) as whole
      from pg_catalog.pg_class t join pg_catalog.pg_depend d on d.deptype = 'n'
        and (d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = t.oid or d.refclassid = 'pg_catalog.pg_type'::regclass and d.refobjid = t.reltype)
      join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid and r.ev_class <> t.oid
      where t.oid = pg_catalog.to_regclass($1)::oid group by r.ev_class)
    select case c.relkind when 'm' then 'materialized view' when 'v' then 'view' else 'rule on' end, c.relname::text, not no_column, whole
    from readers join pg_catalog.pg_class c on c.oid = ev_class order by 1, 2)sql"_sql, {sql::render(table)});
  std::vector<RowReader> found;
  for (int row = 0; row < rows.rows(); ++row) found.push_back({{rows.text(row, 0), rows.text(row, 1)}, rows.boolean(row, 2), rows.boolean(row, 3)});
  return found;
}

std::string unique_constraint_over(pg::Connection& db, const sql::QualifiedName& table, const std::string& column) {
  const auto rows = db.run("catalog.unique_constraint", R"sql(
    select k.conname from pg_catalog.pg_constraint k join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
    where k.conrelid = pg_catalog.to_regclass($1)::oid and k.contype in ('u', 'p') and a.attname = $2 order by 1 limit 1)sql"_sql,
    {sql::render(table), column});
  return rows.empty() ? std::string() : rows.text();
}

bool in_partition_key(pg::Connection& db, const sql::QualifiedName& table, const std::string& column) {
  return db.run("catalog.partition_key", R"sql(
    select exists (select 1 from pg_catalog.pg_partitioned_table p join pg_catalog.pg_attribute a on a.attrelid = p.partrelid
      where p.partrelid = pg_catalog.to_regclass($1)::oid and a.attname = $2
        and (a.attnum = any (p.partattrs::int2[])
             or (p.partexprs is not null and exists (select 1 from pg_catalog.pg_depend d where d.refobjid = p.partrelid and d.refobjsubid = a.attnum
                   and d.objid = p.partrelid and d.objsubid = 0 and d.classid = 'pg_catalog.pg_class'::regclass)))))sql"_sql,
    {sql::render(table), column}).boolean();
}

}  // namespace segue::catalog
