#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"

namespace segue::catalog {

const Column* Table::find(const std::string& column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

namespace {

std::vector<Column> columns_of(pg::Connection& db, std::int64_t oid) {
  const auto rows = db.run("catalog.columns", R"sql(
    select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attidentity = 'a',
           pg_catalog.pg_get_serial_sequence($1::bigint::oid::regclass::text, a.attname) is not null, a.attinhcount > 0,
           a.attgenerated <> 'v'
    from pg_catalog.pg_attribute a
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = $1::bigint::oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum)sql"_sql, {oid});
  std::vector<Column> columns;
  for (int row = 0; row < rows.rows(); ++row)
    columns.push_back({rows.text(row, 0), rows.text(row, 1), rows.boolean(row, 2), rows.optional_text(row, 3), rows.boolean(row, 4), rows.boolean(row, 5),
                       rows.boolean(row, 6), rows.boolean(row, 7), rows.boolean(row, 8)});
  return columns;
}

std::vector<std::string> texts_of(pg::Connection& db, const std::string& array) {
  const auto rows = db.run("catalog.texts", "select unnest($1::text[])"_sql, {array});
  std::vector<std::string> texts;
  for (int row = 0; row < rows.rows(); ++row) texts.push_back(rows.text(row, 0));
  return texts;
}

// The primary key first, then the smallest whole (not partial, no expressions) unique index whose columns are all NOT NULL.
// Since 18 that may be NOT VALID, and then rows may be without.
std::vector<std::string> key_of(pg::Connection& db, std::int64_t oid) {
  const auto rows = db.run("catalog.key", R"sql(
    select array(
             select a.attname::text from unnest(i.indkey::int[]) with ordinality k(attnum, at)
             join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
             where k.at <= i.indnkeyatts order by k.at) as columns
    from pg_catalog.pg_index i
    where i.indrelid = $1::bigint::oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
      and not exists (select 1 from unnest(i.indkey::int[]) with ordinality k(attnum, at)
                      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                      where k.at <= i.indnkeyatts
                        and (not a.attnotnull or exists (select 1 from pg_catalog.pg_constraint n where n.conrelid = i.indrelid and n.contype = 'n'
                                                         and n.conkey[1] = a.attnum and not n.convalidated)))
    order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1)sql"_sql, {oid});
  return rows.empty() ? std::vector<std::string>{} : texts_of(db, rows.text(0, 0));
}

double correlation_of(pg::Connection& db, const sql::QualifiedName& name, const std::string& column) {
  const auto rows = db.run("catalog.correlation",
      "select correlation from pg_catalog.pg_stats where schemaname = $1 and tablename = $2 and attname = $3"_sql,
      {name.schema, name.name, column});
  return rows.empty() || rows.is_null(0, 0) ? 0 : rows.number();
}

}  // namespace

std::optional<Table> find_table(pg::Connection& db, const sql::QualifiedName& name) {
  const auto rows = db.run("catalog.table", R"sql(
    select c.oid, coalesce(sum(greatest(part.reltuples, 0)), 0)::bigint, coalesce(sum(pg_catalog.pg_total_relation_size(part.oid)), 0)::bigint, c.relkind = 'p',
           array(select h.inhrelid::regclass::text from pg_catalog.pg_inherits h where h.inhparent = c.oid and c.relkind = 'r' order by 1)
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join lateral (select c.oid where c.relkind = 'r' union select t.relid from pg_catalog.pg_partition_tree(c.oid) t where t.isleaf) tree (oid) on true
    left join pg_catalog.pg_class part on part.oid = tree.oid
    where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p') group by c.oid, c.relkind)sql"_sql, {name.schema, name.name});
  if (rows.empty()) return std::nullopt;
  Table table;
  table.oid = rows.integer(0, 0);
  table.name = name;
  table.estimated_rows = rows.integer(0, 1);
  table.bytes = rows.integer(0, 2);
  table.partitioned = rows.boolean(0, 3);
  table.heirs = texts_of(db, rows.text(0, 4));
  table.columns = columns_of(db, table.oid);
  table.key = key_of(db, table.oid);
  if (!table.key.empty()) table.key_correlation = correlation_of(db, name, table.key.front());
  return table;
}

Table table(pg::Connection& db, const sql::QualifiedName& name) {
  if (auto found = find_table(db, name)) return *std::move(found);
  const auto similar = db.run("catalog.similar_table", R"sql(
    select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relkind in ('r', 'p') and lower(c.relname) = lower($2) limit 1)sql"_sql, {name.schema, name.name});
  throw Error(ErrorCode::not_found, "there is no table \"" + name.schema + "." + name.name + "\"",
              similar.empty() ? "check the plan's schema and the --database URL"
                              : "there is a table \"" + similar.text() + "\": names are compared to the letter");
}

std::vector<ForeignKey> foreign_keys(pg::Connection& db, const sql::QualifiedName& from, const sql::QualifiedName& to) {
  const auto rows = db.run("catalog.foreign_keys", R"sql(
    select conname, confdeltype = 'r' or (confdeltype = 'a' and not condeferred) from pg_catalog.pg_constraint
    where contype = 'f' and conrelid = $1::regclass and confrelid = $2::regclass order by conname)sql"_sql, {sql::render(from), sql::render(to)});
  std::vector<ForeignKey> keys;
  for (int row = 0; row < rows.rows(); ++row) keys.push_back({rows.text(row, 0), rows.boolean(row, 1)});
  return keys;
}

IndexState index_state(pg::Connection& db, const sql::QualifiedName& index) {
  const auto rows = db.run("catalog.index_state", R"sql(
    select i.indisvalid and i.indisready from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = $2)sql"_sql, {index.schema, index.name});
  if (rows.empty()) return IndexState::absent;
  return rows.boolean() ? IndexState::valid : IndexState::invalid;
}

}  // namespace segue::catalog
