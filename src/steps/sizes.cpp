#include "steps/sizes.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace segue::steps {
namespace {

// As of now: the planner scales what ANALYZE counted by the pages there are.
double rows_of(pg::Connection& db, const sql::QualifiedName& table) {
  const auto plan = boost::json::parse(db.run("sizes.rows", sql::build("explain (format json) select from {}"_sql, table)).text());
  return plan.as_array().at(0).at("Plan").at("Plan Rows").to_number<double>();
}

}  // namespace

Sizes sizes_of(pg::Connection& db, const sql::QualifiedName& table) {
  const auto found = db.run("sizes.table", R"sql(
    select pg_catalog.pg_table_size(c.oid), pg_catalog.pg_indexes_size(c.oid), (select count(*) from pg_catalog.pg_index where indrelid = c.oid),
           pg_catalog.pg_relation_size(c.oid)
    from pg_catalog.pg_class c where c.oid = to_regclass($1) and c.relkind in ('r', 'p'))sql"_sql, {sql::render(table)});
  if (found.empty()) return {};
  Sizes sizes{0, found.number(0, 0), found.number(0, 1), static_cast<int>(found.integer(0, 2))};
  if (found.integer(0, 3) > 0) sizes.rows = rows_of(db, table);
  return sizes;
}

// A column that was empty when it was analysed says nothing about what will stand in it.
Width width_of(pg::Connection& db, const sql::QualifiedName& table, const std::string& column) {
  const auto found = db.run("sizes.width", R"sql(
    select case when t.typlen > 0 then t.typlen when s.null_frac < 0.5 and s.avg_width > 0 then s.avg_width else 16 end,
           case when s.null_frac >= 0.5 then 0 when s.n_distinct < 0 then -s.n_distinct * greatest(c.reltuples, 0) else coalesce(s.n_distinct, 0) end,
           exists (select 1 from pg_catalog.pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey::int2[]))
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = $2 and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
    where c.oid = to_regclass($1))sql"_sql, {sql::render(table), column});
  if (found.empty()) return {};
  return {found.number(0, 0), found.number(0, 1), found.boolean(0, 2)};
}

double width_of_all(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns) {
  double bytes = 0;
  for (const auto& column : columns) bytes += width_of(db, table, column).bytes;
  return bytes;
}

double entry_bytes(pg::Connection& db, const sql::QualifiedName& table, const std::vector<std::string>& columns, double rows) {
  constexpr double overhead = 14, filled = 0.9, posting = 6, repeated = 8;
  double bytes = 0, distinct = 1;
  for (const auto& column : columns) {
    const auto width = width_of(db, table, column);
    bytes += width.bytes;
    distinct = width.distinct > 0 && distinct > 0 ? distinct * width.distinct : 0;
  }
  // Equal keys share one entry that lists their rows.
  const bool shared = distinct > 0 && distinct * repeated < rows;
  return (shared ? posting + (bytes + overhead) * distinct / rows : bytes + overhead) / filled;
}

}  // namespace segue::steps
