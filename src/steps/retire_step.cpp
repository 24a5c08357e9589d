// retire: old columns and tables are renamed away. Dual write goes on under the new names, so the way back is one short lock.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/flags.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;
using sql::Sql;

namespace {

// Whoever still takes the old path would fail the moment the columns are gone.
void require_everyone_on_the_new_path(Context& context) {
  for (const auto& flag : journal::flags(context.db, context.plan.name)) {
    if (flag.percent != 100)
      throw Error(ErrorCode::refused, fmt::format("flag \"{}\" is at {} %: old columns are retired only at 100 %", flag.flag, flag.percent),
                  fmt::format("segue rollout {} {} --to 100%", context.plan.name, flag.flag));
    const auto behind = journal::laggards(context.db, flag.revision);
    if (!behind.empty())
      throw Error(ErrorCode::refused, fmt::format("application process {} has not taken over 100 %", join(behind, ", ")),
                  "restart or stop it, then run the same command again");
    refuse_overrides(context.db, context.plan.name, flag.flag, 100);
  }
  let_requests_settle();
}

// What the old path wrote a moment ago is read while there is still an old side to read it from.
void read_last_texts(Context& context, const plan::RetireStep& step) {
  for (const auto& mapping : context.plan.mappings)
    if (by_table(step.targets).contains(mapping.table))
      settle(context.db, context.plan, context.epoch, mapped(context.db, context.plan, mapping.name), false, &context.progress);
}

void rename_column(Context& context, const sql::QualifiedName& table, const std::string& from, const std::string& to) {
  if (catalog::table(context.db, table).find(from) == nullptr) return;      // done by an earlier run
  context.db.run("retire.column", build("alter table {} rename column {} to {}"_sql, table, Ident{from}, Ident{to}));
}

void rename_table(Context& context, const std::string& from, const std::string& to) {
  if (!catalog::find_table(context.db, {context.plan.schema, from})) return;
  context.db.run("retire.table", build("alter table {} rename to {}"_sql, sql::QualifiedName{context.plan.schema, from}, Ident{to}));
}

// Which tables' triggers change with the names of this table's columns.
std::vector<sql::QualifiedName> tables_with_triggers(Context& context, const std::string& table) {
  std::vector<sql::QualifiedName> tables;
  for (const auto& mapping : context.plan.mappings) {
    if (mapping.table != table) continue;
    if (mapping.derives()) tables.push_back({context.plan.schema, mapping.into});
    for (const auto& other : context.plan.mappings)
      if (!mapping.derives() && plan::needs(mapping, other)) tables.push_back({context.plan.schema, other.into});
  }
  return tables;
}

// A row whose old columns are retired is computed from them no more.
void follow_again(Context& context, const mapping::Resolved& reader) {
  for (const auto& follower : followers(context.db, context.plan, reader)) {
    for (const auto& statement : follower.drop) context.db.run("retire.follow", statement);
    for (const auto& statement : reader.retired ? std::vector<Sql>{} : follower.create) context.db.run("retire.follow", statement);
  }
}

// The triggers' functions name columns: they change in the same transaction as these do.
void rewrite_functions(Context& context, const std::string& table) {
  for (const auto& mapping : context.plan.mappings) {
    if (mapping.table != table) continue;
    const auto found = mapped(context.db, context.plan, mapping.name);
    if (!is_synced(context.db, found)) continue;
    if (const auto* derived = std::get_if<mapping::Derivation>(&found)) {
      sync_again(context.db, *derived);
      continue;
    }
    const auto& rows = std::get<mapping::Resolved>(found);
    context.db.run("retire.sync", mapping::create_function(rows));
    follow_again(context, rows);
  }
}

void rename_all(Context& context, const plan::RetireStep& step, bool away) {
  for (const auto& [table, columns] : by_table(step.targets)) {
    const auto retired = retired_name(table);
    const bool whole = columns.empty();
    const sql::QualifiedName now{context.plan.schema, whole && !away ? retired : table};
    auto tables = tables_with_triggers(context, table);
    tables.insert(tables.begin(), now);
    in_locked_transaction(context, {tables, sql::Lock::access_exclusive}, [&, &table = table, &columns = columns] {
      if (whole) return rename_table(context, away ? table : retired, away ? retired : table);
      for (const auto& column : columns)
        rename_column(context, now, away ? column : retired_name(column), away ? retired_name(column) : column);
      fault::point(fault::Point::columns_renamed, context.db.socket());
      rewrite_functions(context, table);
    });
  }
}

}  // namespace

journal::Evidence run(Context& context, const plan::RetireStep& step) {
  require_everyone_on_the_new_path(context);
  read_last_texts(context, step);
  fault::point(fault::Point::last_texts_read, context.db.socket());
  rename_all(context, step, true);
  return {};
}

void undo(Context& context, const plan::RetireStep& step) { rename_all(context, step, false); }

}  // namespace segue::steps
