#include "steps/mapped.hpp"

#include <set>

#include "sql/statement.hpp"

namespace segue::steps {

std::map<std::string, std::vector<std::string>> by_table(const std::vector<plan::Target>& targets) {
  std::map<std::string, std::vector<std::string>> tables;
  for (const auto& target : targets) {
    auto& columns = tables[target.table];
    if (!target.column.empty()) columns.push_back(target.column);
  }
  return tables;
}

namespace {

// The driving columns a mapping knows: those it writes and, where it derives rows, those it reads.
std::set<std::string> old_columns(const plan::Plan& plan, const plan::Mapping& definition) {
  std::set<std::string> columns;
  for (const auto* list : {&definition.to_old.set, &definition.to_old.key, &definition.to_old.insert, &definition.to_old.detach})
    for (const auto& [column, expression] : *list) columns.insert(column);
  if (!definition.derives()) return columns;
  const auto& side = definition.to_new;
  std::vector<std::string> texts{side.from, side.filter};
  for (const auto* list : {&side.key, &side.insert, &side.set})
    for (const auto& [column, expression] : *list) texts.push_back(expression);
  for (const auto& text : texts) {
    for (const auto& column : sql::references_of(side.where.text(), text, "old").columns) columns.insert(column);
    for (const auto& name : sql::value_names(side.where.text(), text)) columns.insert(plan.value(name).column);
  }
  return columns;
}

// A name that never was a column is refused by mapping::resolve, which is asked with the plan's own name.
std::map<std::string, std::string> renamed_columns(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition, const catalog::Table& table) {
  std::map<std::string, std::string> renamed;
  for (const auto& column : old_columns(plan, definition)) {
    if (table.find(column) != nullptr) continue;
    const bool retired = table.find(retired_name(column)) != nullptr;
    const bool was_there = retired || db.run("mapping.archived", "select exists (select 1 from segue.archives where plan = $1 and target = $2)"_sql,
                                             {plan.name, definition.table + "." + column}).boolean();
    if (was_there) renamed[column] = retired ? retired_name(column) : "";
  }
  return renamed;
}

bool has_trigger(pg::Connection& db, const sql::QualifiedName& table, const std::string& trigger) {
  return db.run("mapping.trigger", "select exists (select 1 from pg_catalog.pg_trigger where tgrelid = $1::regclass and tgname = $2)"_sql,
                {sql::render(table), trigger}).boolean();
}

}  // namespace

mapping::Resolved resolve(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name) {
  const auto& definition = plan.mapping(mapping_name);
  const auto table = catalog::table(db, {plan.schema, definition.table});
  return mapping::resolve(plan, definition, table, renamed_columns(db, plan, definition, table));
}

mapping::Derivation derivation(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name) {
  const auto& definition = plan.mapping(mapping_name);
  const auto driving = catalog::table(db, {plan.schema, definition.table}), derived = catalog::table(db, {plan.schema, definition.into});
  return mapping::resolve(plan, definition, driving, derived, renamed_columns(db, plan, definition, driving));
}

Mapped mapped(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name) {
  if (plan.mapping(mapping_name).derives()) return derivation(db, plan, mapping_name);
  return resolve(db, plan, mapping_name);
}

namespace {

struct Read { sql::QualifiedName table; std::vector<catalog::Column> key; };

// The derived tables that a mapping's new side reads.
std::vector<Read> derived_tables(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& definition) {
  std::vector<Read> tables;
  for (const auto& other : plan.mappings) {
    if (!plan::needs(definition, other) || definition.table == other.into) continue;
    const auto derived = catalog::table(db, {plan.schema, other.into});
    Read read{derived.name, {}};
    for (const auto& column : derived.key) read.key.push_back(*derived.find(column));
    if (!read.key.empty()) tables.push_back(read);
  }
  return tables;
}

}  // namespace

std::vector<mapping::Functions> followers(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& reader) {
  std::vector<mapping::Functions> all;
  for (const auto& read : derived_tables(db, plan, plan.mapping(reader.name))) all.push_back(mapping::follow_functions(reader, read.table, read.key));
  return all;
}

std::vector<mapping::Look> lookups(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& reader) {
  std::vector<mapping::Look> all;
  for (const auto& read : derived_tables(db, plan, plan.mapping(reader.name)))
    for (auto& look : mapping::looks_of(reader, read.table, read.key)) all.push_back(std::move(look));
  return all;
}

std::vector<sql::QualifiedName> tables_of(const mapping::Derivation& derivation) { return {derivation.to_new.source.table, derivation.to_old.source.table}; }

void sync_again(pg::Connection& db, const mapping::Derivation& derivation) {
  const auto functions = mapping::functions_of(derivation);
  for (const auto& statement : functions.drop) db.run("sync.again", statement);
  for (const auto& statement : functions.create) db.run("sync.again", statement);
}

bool is_synced(pg::Connection& db, const Mapped& mapping) {
  if (const auto* rows = std::get_if<mapping::Resolved>(&mapping)) return has_trigger(db, rows->table, mapping::trigger_name(*rows, "insert"));
  const auto& derivation = std::get<mapping::Derivation>(mapping);
  return has_trigger(db, derivation.to_old.source.table, mapping::enter_trigger(derivation, derivation.to_old, "insert"));
}

void prepare_writer(pg::Connection& db, const plan::Plan& plan) {
  db.run("writer.mark", "select set_config('segue.backfill', 'on', false)"_sql);
  db.run("writer.no_follow", "select set_config('segue.follow', 'off', false)"_sql);   // who reads a row is filled behind it
  db.run("writer.no_scan", "set enable_seqscan = off"_sql);
  db.run("writer.no_jit", "set jit = off"_sql);
  db.run("writer.search_path", "select set_config('search_path', $1, false)"_sql, {sql::quote_identifier(plan.schema)});
}

}  // namespace segue::steps
