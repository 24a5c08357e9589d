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
      settle(context.db, context.plan, context.epoch, resolve(context.db, context.plan, mapping.name));
}

void rename_column(Context& context, const sql::QualifiedName& table, const std::string& from, const std::string& to) {
  if (catalog::table(context.db, table).find(from) == nullptr) return;      // done by an earlier run
  context.db.run("retire.column", build("alter table {} rename column {} to {}"_sql, table, Ident{from}, Ident{to}));
}

void rename_table(Context& context, const std::string& from, const std::string& to) {
  if (!catalog::find_table(context.db, {context.plan.schema, from})) return;
  context.db.run("retire.table", build("alter table {} rename to {}"_sql, sql::QualifiedName{context.plan.schema, from}, Ident{to}));
}

// The triggers' function names columns: it changes in the same transaction as they do.
void rewrite_functions(Context& context, const std::string& table) {
  for (const auto& mapping : context.plan.mappings) {
    if (mapping.table != table) continue;
    const auto resolved = resolve(context.db, context.plan, mapping.name);
    const bool present = context.db.run("retire.function", R"sql(
      select exists (select 1 from pg_catalog.pg_trigger where tgrelid = $1::regclass and tgname = $2))sql"_sql,
      {sql::render(resolved.table), mapping::trigger_name(resolved, "insert")}).boolean();
    if (present) context.db.run("retire.sync", mapping::create_function(resolved));
  }
}

void rename_all(Context& context, const plan::RetireStep& step, bool away) {
  for (const auto& [table, columns] : by_table(step.targets)) {
    const auto retired = retired_name(table);
    const bool whole = columns.empty();
    const sql::QualifiedName now{context.plan.schema, whole && !away ? retired : table};
    in_locked_transaction(context, {{now}, sql::Lock::access_exclusive}, [&, &table = table, &columns = columns] {
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
