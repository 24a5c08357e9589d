#include "steps/archive.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "steps/definition.hpp"
#include "steps/mapped.hpp"
#include "steps/ranges.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Sql;

namespace {

constexpr std::size_t longest_name = 63;

// A cut-off archive is made again from the start: until the drop, the source is all there.
void begin_archive(Context& context, const sql::QualifiedName& archive, const Sql& columns, const sql::QualifiedName& source) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  context.db.run("archive.schema", "create schema if not exists segue_archive"_sql);
  context.db.run("archive.again", build("drop table if exists {}"_sql, archive));
  context.db.run("archive.create", build("create table {} as select {} from {} x where false"_sql, archive, columns, source));
  transaction.commit(fault::Point::archive_made);
}

// Without a hash, a row whose old side is only a stand-in is computed, and listed, each time it goes back.
Sql hash_of_row(Context& context, const std::string& table, const Sql& key) {
  std::vector<Sql> mappings;
  for (const auto& mapping : context.plan.mappings)
    if (mapping.table == table) mappings.push_back(build("{}"_sql, sql::Literal{mapping.name}));
  const auto hash = mapping::row_hash(hashed_columns(context.plan, table), "x");
  if (mappings.empty()) return hash;
  return build("case when exists (select 1 from segue.repairs q where q.plan = {} and q.mapping in ({}) and q.key = {} and q.direction = 'old'\n"
               "  and q.\"resolvedAt\" is null) then null else {} end"_sql, sql::Literal{context.plan.name}, sql::join(mappings, ", "_sql), key, hash);
}

// A row whose derived row goes later must not come back with what it had.
Sql derivations_of_row(Context& context, const std::string& table) {
  std::vector<Sql> names;
  for (const auto& definition : context.plan.mappings) {
    if (definition.table != table || !definition.derives()) continue;
    const auto represented = mapping::is_represented(derivation(context.db, context.plan, definition.name), "x");
    names.push_back(build("case when {} then {} end"_sql, represented, sql::Literal{definition.name}));
  }
  return build("array_remove(array[{}]::text[], null)"_sql, sql::join(names, ", "_sql));
}

// Only what a walk along the key needs of a mapping.
mapping::Resolved keyed(const catalog::Table& table) {
  mapping::Resolved keyed;
  keyed.table = table.name;
  for (const auto& column : table.key) keyed.key.push_back(*table.find(column));
  return keyed;
}

// Where there is a key, in ranges that commit one by one, so that it can stand still for others; else in one statement.
std::int64_t copy_rows(Context& context, const sql::QualifiedName& archive, const Sql& columns, const catalog::Table& table) {
  const auto copy = build("insert into {} select {} from {} x"_sql, archive, columns, table.name);
  if (!table.key.empty()) {
    const auto walk = keyed(table);
    return Ranges(context, walk, "archive", fault::Point::archive_copied).run({build("{} where {}"_sql, copy, mapping::key_range(walk, "x"))});
  }
  Brake(context).wait();
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  const auto rows = context.db.run("archive.copy", copy).affected();
  transaction.commit(fault::Point::archive_copied);
  return rows;
}

}  // namespace

sql::QualifiedName archive_name(const plan::Plan& plan, const std::string& table) {
  auto name = plan.name + " " + table;
  if (name.size() > longest_name) name = "archive " + sha256_hex(name).substr(0, 24);
  return {"segue_archive", name};
}

std::vector<std::string> hashed_columns(const plan::Plan& plan, const std::string& table) {
  std::vector<std::string> columns;
  for (const auto& mapping : plan.mappings)
    if (mapping.table == table && !mapping.derives())
      for (const auto& [column, expression] : mapping.to_new.set) columns.push_back(column);
  return columns;
}

Archived archive_columns(Context& context, const std::string& table_name, const std::vector<std::string>& columns) {
  const sql::QualifiedName name{context.plan.schema, table_name};
  const auto table = catalog::table(context.db, name);
  const auto archive = archive_name(context.plan, table_name);
  std::vector<Sql> kept;
  std::vector<std::string> retired;
  for (const auto& column : columns) {
    kept.push_back(build("x.{}::text as {}"_sql, Ident{retired_name(column)}, Ident{column}));
    retired.push_back(retired_name(column));
  }
  const auto key = mapping::key_array(keyed(table), "x");
  const auto list = build("{} as key, {}, {} as \"newSideHash\", {} as {}"_sql, key, sql::join(kept, ", "_sql), hash_of_row(context, table_name, key),
                          derivations_of_row(context, table_name), Ident{mapping::represented_by});
  begin_archive(context, archive, list, name);
  const auto rows = copy_rows(context, archive, list, table);
  { pg::Transaction transaction(context.db);
    journal::fence(context.db, context.plan.name, context.epoch);
    context.db.run("archive.key", build("alter table {} add primary key (key)"_sql, archive));
    transaction.commit(fault::Point::archive_keyed); }
  context.progress.note("archived " + grouped(rows) + " rows of " + join(columns, ", "));
  return {table_name, archive.name, definition_of(context.db, name, retired), rows};
}

Archived archive_table(Context& context, const std::string& table_name) {
  const sql::QualifiedName name{context.plan.schema, retired_name(table_name)};
  const auto table = catalog::table(context.db, name);
  const auto archive = archive_name(context.plan, table_name);
  std::vector<Sql> kept;
  for (const auto& column : table.columns) kept.push_back(build("x.{}::text as {}"_sql, Ident{column.name}, Ident{column.name}));
  const auto list = sql::join(kept, ", "_sql);
  begin_archive(context, archive, list, name);
  const auto rows = copy_rows(context, archive, list, table);
  return {table_name, archive.name, definition_of(context.db, name, {}), rows};
}

}  // namespace segue::steps
