// drop: the last thing. What goes is archived first; triggers go with the columns they serve, in one transaction.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "steps/archive.hpp"
#include "steps/locks.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

using sql::build;
using sql::Ident;

namespace {

void remember(Context& context, const std::string& target, const Archived& archived) {
  context.db.run("drop.remember", R"sql(
    insert into segue.archives (plan, step, target, "archiveTable", rows, definition) values ($1, $2, $3, $4, $5::bigint, $6::jsonb)
    on conflict (plan, step, target) do update set "archiveTable" = $4, rows = $5::bigint, definition = $6::jsonb, at = clock_timestamp(),
      "removedAt" = null, "removedBy" = null)sql"_sql,
    {context.plan.name, context.step.name, target, archived.table, archived.rows, archived.definition});
}

// What an earlier run of this step archived and dropped, before the journal could say done.
std::int64_t remembered(Context& context, const std::string& target) {
  const auto rows = context.db.run("drop.remembered", "select rows from segue.archives where plan = $1 and step = $2 and target = $3"_sql,
                                   {context.plan.name, context.step.name, target});
  return rows.empty() ? 0 : rows.integer();
}

// Dual write ends where no old column is left that it could serve.
void end_sync(Context& context, const std::string& table, const std::vector<std::string>& columns) {
  for (const auto& mapping : context.plan.mappings) {
    if (mapping.table != table || mapping.to_old.set.empty() || mapping.derives()) continue;
    std::size_t going = 0;
    for (const auto& [column, expression] : mapping.to_old.set)
      for (const auto& dropped : columns) going += column == dropped ? 1 : 0;
    const auto resolved = resolve(context.db, context.plan, mapping.name);
    if (going < resolved.to_old.columns.size())
      throw Error(ErrorCode::refused, "mapping \"" + mapping.name + "\" still serves other old columns of \"" + table + "\"",
                  "drop all old columns of a mapping in one step");
    for (const auto& statement : mapping::drop_triggers(resolved)) context.db.run("drop.sync", statement);
    // Rows whose old side had a stand-in have no old side any more that could be mended.
    context.db.run("drop.repairs", R"sql(update segue.repairs set "resolvedAt" = clock_timestamp()
      where plan = $1 and mapping = $2 and direction = 'old' and "resolvedAt" is null)sql"_sql, {context.plan.name, mapping.name});
  }
}

// What derived rows say goes on being written into the columns that are left; with the last of them it ends.
void narrow_derivations(Context& context, const std::string& table) {
  for (const auto& definition : context.plan.mappings) {
    if (definition.table != table || !definition.derives()) continue;
    const auto mapping = derivation(context.db, context.plan, definition.name);
    if (!is_synced(context.db, mapping)) continue;
    if (!mapping.to_old.set.empty() || !mapping.retired) sync_again(context.db, mapping);
    else for (const auto& statement : mapping::functions_of(mapping).drop) context.db.run("drop.sync", statement);
  }
}

std::vector<sql::QualifiedName> with_derived(Context& context, const sql::QualifiedName& table) {
  std::vector<sql::QualifiedName> tables{table};
  for (const auto& mapping : context.plan.mappings)
    if (mapping.derives() && mapping.table == table.name) tables.push_back({context.plan.schema, mapping.into});
  return tables;
}

void bring_back(Context& context, const std::string& table, const std::vector<std::string>& columns) {
  const auto target = columns.empty() ? table : table + "." + columns.front();
  const auto archived = context.db.run("drop.archived", "select definition from segue.archives where plan = $1 and step = $2 and target = $3"_sql,
                                       {context.plan.name, context.step.name, target});
  if (archived.empty()) return;                                  // never dropped, or restored by an earlier run
  if (columns.empty()) restore_table(context, table, archived.text());
  else restore_columns(context, table, archived.text());
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  for (const auto& column : columns.empty() ? std::vector<std::string>{""} : columns)
    context.db.run("drop.forget", "delete from segue.archives where plan = $1 and step = $2 and target = $3"_sql,
                   {context.plan.name, context.step.name, column.empty() ? table : table + "." + column});
  transaction.commit(fault::Point::archive_forgotten);
}

std::int64_t drop_columns(Context& context, const std::string& table, const std::vector<std::string>& columns, bool archive) {
  const sql::QualifiedName name{context.plan.schema, table};
  if (catalog::table(context.db, name).find(retired_name(columns.front())) == nullptr) return remembered(context, table + "." + columns.front());
  const auto archived = archive ? archive_columns(context, table, columns) : Archived{};
  fault::point(fault::Point::archive_complete, context.db.socket());
  in_locked_transaction(context, {with_derived(context, name), sql::Lock::access_exclusive}, [&] {
    end_sync(context, table, columns);
    for (const auto& column : columns) {
      context.db.run("drop.column", build("alter table {} drop column {}"_sql, name, Ident{retired_name(column)}));
      remember(context, table + "." + column, archived);
    }
    narrow_derivations(context, table);
    fault::point(fault::Point::target_dropped, context.db.socket());
  });
  return archived.rows;
}

std::int64_t drop_table(Context& context, const std::string& table, bool archive) {
  const sql::QualifiedName name{context.plan.schema, retired_name(table)};
  if (!catalog::find_table(context.db, name)) return remembered(context, table);
  const auto archived = archive ? archive_table(context, table) : Archived{};
  fault::point(fault::Point::archive_complete, context.db.socket());
  in_locked_transaction(context, {{name}, sql::Lock::access_exclusive}, [&] {
    context.db.run("drop.table", build("drop table {}"_sql, name));
    remember(context, table, archived);
    fault::point(fault::Point::target_dropped, context.db.socket());
  });
  return archived.rows;
}

// Only what was retired first is dropped: by then everybody has lived without it.
void require_retired(Context& context, const plan::DropStep& step) {
  for (const auto& target : step.targets) {
    const auto& gone = target.column.empty() ? target.table : target.column;
    const auto table = catalog::find_table(context.db, {context.plan.schema, target.table});
    const bool present = target.column.empty() ? table.has_value() : table && table->find(target.column) != nullptr;
    if (present)
      throw Error(ErrorCode::refused, "\"" + gone + "\" was not retired, so it is not dropped", "put a retire step before the drop step");
  }
}

}  // namespace

journal::Evidence run(Context& context, const plan::DropStep& step) {
  require_retired(context, step);
  journal::Evidence evidence;
  for (const auto& [table, columns] : by_table(step.targets))
    evidence.rows += columns.empty() ? drop_table(context, table, step.archive) : drop_columns(context, table, columns, step.archive);
  return evidence;
}

// From the archive: what nobody touched since gets its own values back, what is newer is computed by the mapping.
void undo(Context& context, const plan::DropStep& step) {
  if (!step.archive)
    throw Error(ErrorCode::refused, "step \"" + context.step.name + "\" dropped its targets without an archive: they cannot come back",
                "restore them from a backup");
  for (const auto& [table, columns] : by_table(step.targets)) bring_back(context, table, columns);
}

}  // namespace segue::steps
