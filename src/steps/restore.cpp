// What was dropped is built again from its archive.
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "mapping/going_back.hpp"
#include "steps/archive.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"
#include "steps/operations.hpp"
#include "steps/ranges.hpp"
#include "steps/rebuild.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Sql;

namespace {

Sql type_of(const boost::json::object& column) { return Sql::from_journal(text_of(column, "type")); }

// An archive of an earlier version has no collation.
Sql declared_type(const boost::json::object& column) {
  const auto* collation = column.if_contains("collation");
  if (collation == nullptr || collation->is_null()) return type_of(column);
  return build("{} collate {}"_sql, type_of(column), Sql::from_journal(text_of(column, "collation")));
}

void fill(Context& context, const mapping::Resolved& mapping) {
  if (mapping.to_old.columns.empty()) return;
  const auto archive = archive_name(context.plan, mapping.table.name);
  const auto hashed = hashed_columns(context.plan, mapping.table.name);
  Ranges ranges(context, mapping, "restore", fault::Point::restore_batch, By::chosen);
  ranges.run({mapping::queue_unheld(mapping, {archive, hashed}), mapping::restore_old_batch(mapping, archive, hashed)});
  for (const auto& value : mapping.values) ranges.writer().run("restore.unseen", mapping::queue_unseen(mapping, value));
}

// Every row gets its archived values back; then those that a derived row stands for get what that says now, and those that
// have lost theirs since are let go.
void fill(Context& context, const mapping::Derivation& derivation) {
  if (derivation.to_old.set.empty()) return;
  const auto archive = archive_name(context.plan, derivation.to_new.source.table.name);
  const auto each = [&](const mapping::Resolved& table, const std::vector<Sql>& statements) { Ranges(context, table, "restore", fault::Point::restore_batch).run(statements); };
  each(derivation.to_new.source, {mapping::restore_archived_range(derivation, archive)});
  each(derivation.to_old.source, {mapping::hold_range(derivation.to_old), mapping::carry_back_range(derivation)});
  if (catalog::table(context.db, archive).find(mapping::represented_by) != nullptr)   // not in one of an earlier version
    each(derivation.to_new.source, {mapping::let_go_range(derivation, archive)});
  for (auto value : derivation.to_new.source.values)
    for (const auto& column : derivation.to_old.set) {
      if (column.text_of != value.name) continue;
      value.column = column.stored;                              // under its retired name still
      context.db.run("restore.unseen", mapping::queue_unseen(derivation.to_new.source, value));
    }
}

// Columns and dual write come back in one transaction: from then on new rows fill themselves.
void add_columns(Context& context, const sql::QualifiedName& table, const boost::json::array& columns) {
  std::vector<sql::QualifiedName> tables{table};
  for (const auto& definition : context.plan.mappings)
    if (definition.derives() && definition.table == table.name) tables.push_back({context.plan.schema, definition.into});
  in_locked_transaction(context, {tables, sql::Lock::access_exclusive}, [&] {
    for (const auto& entry : columns) {
      const auto& column = entry.as_object();
      if (catalog::table(context.db, table).find(text_of(column, "name")) != nullptr) continue;
      context.db.run("restore.column", build("alter table {} add column {} {}"_sql, table, Ident{text_of(column, "name")}, declared_type(column)));
    }
    for (const auto& definition : context.plan.mappings) {
      if (definition.table != table.name) continue;
      if (definition.derives()) {
        sync_again(context.db, derivation(context.db, context.plan, definition.name));
        continue;
      }
      const auto mapping = resolve(context.db, context.plan, definition.name);
      for (const auto& statement : mapping::drop_triggers(mapping)) context.db.run("restore.sync", statement);
      context.db.run("restore.sync", mapping::create_function(mapping));
      for (const auto& statement : mapping::create_triggers(mapping)) context.db.run("restore.sync", statement);
    }
  });
}

// The triggers' function has to know a constant default in the same moment: else a row of the new application, which brings it,
// looks as if the old one had written it.
void set_default(Context& context, const sql::QualifiedName& table, const Sql& statement) {
  in_locked_transaction(context, {{table}, sql::Lock::access_exclusive}, [&] {
    context.db.run("restore.default", statement);
    for (const auto& definition : context.plan.mappings)
      if (definition.table == table.name && !definition.derives())
        context.db.run("restore.sync", mapping::create_function(resolve(context.db, context.plan, definition.name)));
  });
}

void finish_columns(Context& context, const sql::QualifiedName& table, const boost::json::object& definition) {
  for (const auto& entry : definition.at("columns").as_array()) {
    const auto& column = entry.as_object();
    const auto name = text_of(column, "name");
    if (!column.at("default").is_null())
      set_default(context, table, build("alter table {} alter column {} set default {}"_sql, table, Ident{name}, Sql::from_journal(text_of(column, "default"))));
    if (column.at("notNull").as_bool()) require_again(context, table, name, definition);
  }
}

// Who may do what with it. A role that is gone, or that segue may not act for, is said and does not stop the way back.
void belongs_again(Context& context, const sql::QualifiedName& table, const boost::json::object& definition, bool whole) {
  const auto attempt = [&](const Sql& statement) {
    try {
      pg::Transaction transaction(context.db);
      journal::fence(context.db, context.plan.name, context.epoch);
      context.db.run("restore.rights", statement);
      transaction.commit();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::permission && error.sqlstate() != "42704") throw;
      context.progress.note("not done, to be done by hand: " + statement.text());
    }
  };
  if (!definition.contains("grants")) return;                    // archived by an earlier version
  const auto by_default = context.db.run("restore.default_rights", R"sql(
    select distinct case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end
    from pg_catalog.pg_class c, aclexplode(c.relacl) g where c.oid = $1::regclass and g.grantee <> c.relowner)sql"_sql, {sql::render(table)});
  for (int row = 0; whole && row < by_default.rows(); ++row)
    attempt(build("revoke all on {} from {}"_sql, table, Sql::from_journal(by_default.text(row, 0))));
  for (const auto& grant : definition.at("grants").as_array()) attempt(Sql::from_journal(std::string(grant.as_string())));
  if (whole) attempt(build("alter table {} owner to {}"_sql, table, Ident{text_of(definition, "owner")}));
}

}  // namespace

void restore_columns(Context& context, const std::string& table_name, const std::string& definition_text) {
  const sql::QualifiedName table{context.plan.schema, table_name};
  const auto parsed = boost::json::parse(definition_text);
  const auto& definition = parsed.as_object();
  const auto& columns = definition.at("columns").as_array();
  add_columns(context, table, columns);
  fault::point(fault::Point::columns_back, context.db.socket());
  for (const auto& mapping : context.plan.mappings)
    if (mapping.table == table_name)
      std::visit([&](const auto& found) { fill(context, found); }, mapped(context.db, context.plan, mapping.name));
  fault::point(fault::Point::restore_filled, context.db.socket());
  finish_columns(context, table, definition);
  build_again(context, table, definition);
  describe_again(context, table, definition);
  belongs_again(context, table, definition, false);
  analyze(context, table);                                       // nobody has seen these columns' values yet
}

namespace {

void create_table_again(Context& context, const std::string& table_name, const sql::QualifiedName& table, const boost::json::object& definition) {
  std::vector<Sql> columns, values;
  for (const auto& entry : definition.at("columns").as_array()) {
    const auto& column = entry.as_object();
    const Ident name{text_of(column, "name")};
    const bool required = column.at("notNull").as_bool() && named_requirement(definition, name.name) == nullptr;
    columns.push_back(build("{} {}{}{}"_sql, name, declared_type(column), required ? " not null"_sql : ""_sql,
                            column.at("default").is_null() ? ""_sql : " default "_sql + Sql::from_journal(text_of(column, "default"))));
    values.push_back(build("a.{}::{}"_sql, name, type_of(column)));
  }
  in_locked_transaction(context, {}, [&] {
    context.db.run("restore.table", build("create table {} ({})"_sql, table, sql::join(columns, ", "_sql)));
    context.db.run("restore.rows", build("insert into {} select {} from {} a"_sql, table, sql::join(values, ", "_sql), archive_name(context.plan, table_name)));
    for (const auto* kind : {"required", "constraints"}) {
      const auto* constraints = definition.if_contains(kind);
      if (constraints == nullptr) continue;
      for (const auto& constraint : constraints->as_array())
        context.db.run("restore.constraint", build("alter table {} add constraint {} {}"_sql, table, Ident{text_of(constraint.as_object(), "name")},
                                                   Sql::from_journal(text_of(constraint.as_object(), "definition"))));
    }
    for (const auto& index : definition.at("indexes").as_array())
      context.db.run("restore.index", Sql::from_journal(std::string(index.as_string())));
  });
}

}  // namespace

void restore_table(Context& context, const std::string& table_name, const std::string& definition_text) {
  const sql::QualifiedName table{context.plan.schema, retired_name(table_name)};
  const auto definition = boost::json::parse(definition_text);
  // Its rows come back in one transaction: what stands in the way is waited for before it begins.
  if (!catalog::find_table(context.db, table)) {
    Brake(context).wait();
    create_table_again(context, table_name, table, definition.as_object());
  }
  describe_again(context, table, definition.as_object());
  belongs_again(context, table, definition.as_object(), true);
  analyze(context, table);
}

}  // namespace segue::steps
