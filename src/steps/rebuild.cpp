#include "steps/rebuild.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"
#include "steps/partitioned.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Sql;

namespace {

void locked(Context& context, const sql::QualifiedName& table, const Sql& statement) {
  in_locked_transaction(context, {{table}, sql::Lock::access_exclusive}, [&] { context.db.run("restore.definition", statement); });
}

void run_alone(Context& context, const sql::Operation& operation) {
  const sql::QualifiedName index{in_schema(context.plan, operation.index.front().table).schema, operation.index.front().index};
  const auto state = catalog::index_state(context.db, index);
  if (state == catalog::IndexState::valid) return;
  if (state == catalog::IndexState::invalid) outside_transaction(context, "restore.invalid_index", build("drop index concurrently if exists {}"_sql, index));
  outside_transaction(context, "restore.index", operation.sql);
  fault::point(fault::Point::restore_index, context.db.socket());
}

void run_one(Context& context, sql::Operation operation) {
  if (!operation.in_transaction) return run_alone(context, operation);
  if (!operation.foreign_key.empty() && is_partitioned(context.db, in_schema(context.plan, operation.tables.front()))) {
    add_keys_to_partitions(context, operation);
    operation.sql = operation.foreign_key.front().valid;
  }
  in_locked_transaction(context, {operation.tables, operation.lock}, [&] { context.db.run("restore.definition", operation.sql); });
}

// An index ON ONLY a partitioned table, which is invalid until the last of its parts is attached.
bool is_there(Context& context, const sql::Operation& operation, const sql::Created& created) {
  return operation.in_transaction && !created.indexes.empty() &&
         catalog::index_state(context.db, in_schema(context.plan, created.indexes.back())) != catalog::IndexState::absent;
}

void run_in_safe_form(Context& context, const Sql& script) {
  sql::Created created;
  for (const auto& statement : sql::split("definition", script.text()))
    for (const auto& operation : sql::make_safe("definition", statement, created))
      if (!is_there(context, operation, created)) run_one(context, operation);
}

// The server may print what segue's parser does not know yet, such as NOT ENFORCED: the way back must not end there.
bool can_be_read(const Sql& script) {
  try {
    return !sql::split("definition", script.text()).empty();
  } catch (const Error&) {
    return false;
  }
}

// A constraint of one partition names it.
sql::QualifiedName table_of(const sql::QualifiedName& table, const boost::json::object& constraint) {
  return constraint.contains("table") ? sql::QualifiedName{text_of(constraint, "schema"), text_of(constraint, "table")} : table;
}

}  // namespace

// As the server printed them. A run that was cut off may have left a constraint half made: it is made again.
void build_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition) {
  for (const auto& index : definition.at("indexes").as_array()) run_in_safe_form(context, Sql::from_journal(std::string(index.as_string())));
  for (const auto& entry : definition.at("constraints").as_array()) {
    const Ident name{text_of(entry.as_object(), "name")};
    const auto on = table_of(table, entry.as_object());
    locked(context, on, build("alter table {} drop constraint if exists {}"_sql, on, name));
    const auto constraint = build("alter table {} add constraint {} {}"_sql, on, name, Sql::from_journal(text_of(entry.as_object(), "definition")));
    if (can_be_read(constraint)) run_in_safe_form(context, constraint);
    else locked(context, on, constraint);
  }
}

const boost::json::object* named_requirement(const boost::json::object& definition, const std::string& column) {
  const auto* named = definition.if_contains("required");        // none in an archive of a server before 18
  if (named == nullptr) return nullptr;
  for (const auto& entry : named->as_array())
    if (text_of(entry.as_object(), "column") == column) return &entry.as_object();
  return nullptr;
}

namespace {

void require_by_name(Context& context, const sql::QualifiedName& table, const boost::json::object& named) {
  constexpr std::string_view not_valid = " NOT VALID";
  const Ident name{text_of(named, "name")};
  const auto definition = text_of(named, "definition");
  const bool whole = !definition.ends_with(not_valid);
  const auto there = context.db.run("restore.required",
      "select exists (select 1 from pg_catalog.pg_constraint where conrelid = $1::regclass and conname = $2 and contype = 'n')"_sql,
      {sql::render(table), name.name});
  if (!there.boolean())
    locked(context, table, build("alter table {} add constraint {} {}{}"_sql, table, name, Sql::from_journal(definition), whole ? " not valid"_sql : ""_sql));
  if (!whole) return;
  in_locked_transaction(context, {{table}, sql::Lock::share_update_exclusive},
                        [&] { context.db.run("restore.not_null", build("alter table {} validate constraint {}"_sql, table, name)); });
}

}  // namespace

// A run that was cut off may have left the CHECK: it is made again.
void require_again(Context& context, const sql::QualifiedName& table, const std::string& column, const boost::json::object& definition) {
  if (const auto* named = named_requirement(definition, column)) return require_by_name(context, table, *named);
  const auto operations = sql::require_not_null(table, column);
  locked(context, table, operations.front().undo);
  if (catalog::table(context.db, table).find(column)->not_null) return;
  for (const auto& operation : operations)
    in_locked_transaction(context, {operation.tables, operation.lock}, [&] { context.db.run("restore.not_null", operation.sql); });
}

void describe_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition) {
  if (!definition.contains("rest")) return;                      // archived by an earlier version
  for (const auto& statement : definition.at("rest").as_array()) locked(context, table, Sql::from_journal(std::string(statement.as_string())));
}

}  // namespace segue::steps
