#include "verify/fingerprint.hpp"

namespace segue::verify {

Fingerprint fingerprint(pg::Connection& db, Progress& progress) {
  // The text of a value must not depend on where it is read.
  db.run("fingerprint.settings", R"sql(
    select set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO, YMD', false), set_config('intervalstyle', 'postgres', false),
           set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false), set_config('search_path', 'pg_catalog', false),
           set_config('row_security', 'off', false))sql"_sql);
  const auto tables = db.run("fingerprint.tables", R"sql(
    select n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp%'
      and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by 3)sql"_sql);
  Fingerprint found;
  for (int row = 0; row < tables.rows(); ++row) {
    const auto sums = db.run("fingerprint.rows", sql::build("select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from only {} t"_sql,
                                                            sql::QualifiedName{tables.text(row, 0), tables.text(row, 1)}));
    found[tables.text(row, 2)] = {sums.integer(0, 0), sums.text(0, 1)};
    progress.rows(row + 1, tables.rows());
  }
  return found;
}

}  // namespace segue::verify
