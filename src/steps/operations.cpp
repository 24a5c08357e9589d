#include "steps/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "steps/locks.hpp"
#include "steps/partitioned.hpp"

namespace segue::steps {

using sql::build;
using sql::Operation;
using sql::Sql;

namespace {

journal::OperationRecord record_of(const Operation& operation, int position, const std::string& state) {
  std::optional<std::string> undo;
  if (!operation.undo.empty()) undo = operation.undo.text();
  return {position, operation.sql.text(), undo, operation.in_transaction, state};
}

void write(Context& context, const journal::OperationRecord& record) {
  journal::operation(context.db, context.plan.name, context.phase.name, context.step.name, record);
}

std::vector<journal::OperationRecord> recorded(Context& context) {
  return journal::operations(context.db, context.plan.name, context.phase.name, context.step.name);
}

std::string state_of(const std::vector<journal::OperationRecord>& records, int position) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.position == position; });
  return found == records.end() ? std::string() : found->state;
}

void run_in_transaction(Context& context, const Operation& operation, int position) {
  in_locked_transaction(context, {operation.tables, operation.lock}, [&] {
    context.db.run("step." + context.step.name, operation.sql);
    write(context, record_of(operation, position, "done"));
    fault::point(fault::Point::operation_recorded, context.db.socket());
  });
}

void begin(Context& context, const Operation& operation, int position) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  write(context, record_of(operation, position, "begun"));
  transaction.commit(fault::Point::operation_begun);
}

// On a partitioned table: the partitions have their keys first, and the table's own takes them over without reading a row.
void add_partitioned_key(Context& context, const Operation& written, int position) {
  auto operation = on_partitioned(context.plan, written);
  begin(context, operation, position);
  add_keys_to_partitions(context, operation);
  operation.sql = operation.foreign_key.front().valid;
  run_in_transaction(context, operation, position);
}

// A concurrent index build that was cut off leaves an invalid index of that name; it is dropped and built again.
void build_index(Context& context, const Operation& operation, const sql::QualifiedName& index, catalog::IndexState state) {
  if (state == catalog::IndexState::invalid)
    outside_transaction(context, "step.drop_invalid_index", build("drop index concurrently if exists {}"_sql, index));
  outside_transaction(context, "step." + context.step.name, operation.sql);
}

// That of a partitioned table cannot go CONCURRENTLY.
void drop_index(Context& context, const Operation& operation, const sql::QualifiedName& index) {
  if (is_partitioned_index(context.db, index))
    in_locked_transaction(context, {}, [&] { context.db.run("step." + context.step.name, build("drop index {}"_sql, index)); });
  else
    outside_transaction(context, "step." + context.step.name, operation.sql);
}

void run_alone(Context& context, const Operation& written, int position) {
  const auto& probe = written.index.front();
  const auto table = in_schema(context.plan, probe.table);
  const sql::QualifiedName index{table.schema, probe.index};
  const bool partitioned = !probe.dropped && is_partitioned(context.db, table);
  const auto operation = partitioned ? on_partitioned(context.plan, written) : written;
  const auto state = catalog::index_state(context.db, index);
  const auto wanted = probe.dropped ? catalog::IndexState::absent : catalog::IndexState::valid;
  const bool begun = state_of(recorded(context), position) == "begun";
  const bool taken = state == catalog::IndexState::valid || (partitioned && state == catalog::IndexState::invalid);
  if (taken && !begun && !probe.dropped)
    throw Error(ErrorCode::refused, "index \"" + index.name + "\" exists already, and this plan did not make it",
                "drop it or give the plan's index another name");
  if (state != wanted) {
    begin(context, operation, position);
    if (probe.dropped) drop_index(context, operation, index);
    else if (partitioned) build_partitioned_index(context, operation);
    else build_index(context, operation, index, state);
  }
  fault::point(fault::Point::index_built, context.db.socket());
  write(context, record_of(operation, position, "done"));
  fault::point(fault::Point::index_recorded, context.db.socket());
}

// Before that the planner knows nothing of an expression. Also for a run that was cut off behind the last statement.
void analyze_expressions(Context& context, const std::vector<Operation>& operations) {
  std::set<std::string> done;
  for (const auto& operation : operations) {
    if (operation.index.empty() || operation.index.front().dropped) continue;
    const auto& probe = operation.index.front();
    const auto table = in_schema(context.plan, probe.table);
    if (std::find(probe.columns.begin(), probe.columns.end(), "") != probe.columns.end() && done.insert(sql::render(table)).second) analyze(context, table);
  }
}

// The tables that the way back locks: those that the statement touched. What is not understood (any more) is no reason to stop:
// the undo then takes its locks by itself, under the same timeout.
std::vector<sql::QualifiedName> tables_of(const journal::OperationRecord& record) {
  std::vector<sql::QualifiedName> tables;
  sql::Created created;
  try {
    for (const auto& statement : sql::split("journal", record.statement))
      for (const auto& operation : sql::make_safe("journal", statement, created))
        tables.insert(tables.end(), operation.tables.begin(), operation.tables.end());
  } catch (const Error&) {
  }
  return tables;
}

}  // namespace

void analyze(Context& context, const sql::QualifiedName& table) {
  try {
    in_locked_transaction(context, {{table}, sql::Lock::share_update_exclusive}, [&] { context.db.run("step.analyze", build("analyze {}"_sql, table)); });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::lock_timeout && error.sqlstate() != "57014") throw;
    context.progress.note(fmt::format("no statistics were taken ({}): ANALYZE {}, or autovacuum in its time", error.message(), sql::render(table)));
  }
}

journal::Evidence run_operations(Context& context, const std::vector<Operation>& operations, bool tell) {
  const auto before = recorded(context);
  const auto total = static_cast<std::int64_t>(operations.size());
  for (int position = 0; position < static_cast<int>(operations.size()); ++position) {
    const auto& operation = operations[static_cast<std::size_t>(position)];
    context.progress.rows(position, total);
    if (state_of(before, position) == "done") continue;
    if (tell) context.progress.note(operation.describes);
    const bool key = !operation.foreign_key.empty() && is_partitioned(context.db, in_schema(context.plan, operation.tables.front()));
    if (key) add_partitioned_key(context, operation, position);
    else if (operation.in_transaction) run_in_transaction(context, operation, position);
    else run_alone(context, operation, position);
  }
  analyze_expressions(context, operations);
  context.progress.rows(total, total);
  return {};
}

void undo_operations(Context& context) {
  auto records = recorded(context);
  std::reverse(records.begin(), records.end());
  for (auto& record : records) {
    if (record.state == "undone") continue;
    record.state = "undone";
    if (!record.in_transaction && record.undo) {
      outside_transaction(context, "undo." + context.step.name, Sql::from_journal(*record.undo));
      fault::point(fault::Point::index_dropped, context.db.socket());
      write(context, record);
      continue;
    }
    // Taking away a column, constraint or table takes the strongest lock.
    const auto lock = record.undo ? sql::Lock::access_exclusive : sql::Lock::none;
    in_locked_transaction(context, {tables_of(record), lock}, [&] {
      if (record.undo) context.db.run("undo." + context.step.name, Sql::from_journal(*record.undo));
      write(context, record);
    });
  }
}

}  // namespace segue::steps
