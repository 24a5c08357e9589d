#include "base/text.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

std::vector<StepRecord> steps(pg::Connection& db, const std::string& plan) {
  const auto rows = db.run("journal.steps", R"sql(
    select phase, step, kind, state, rows, "longestLockWaitMs",
           coalesce(extract(epoch from coalesce("endedAt", clock_timestamp()) - "beganAt"), 0), detail
    from segue.steps where plan = $1 order by position)sql"_sql, {plan});
  std::vector<StepRecord> records;
  for (int row = 0; row < rows.rows(); ++row)
    records.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.integer(row, 4),
                       rows.number(row, 5), rows.number(row, 6), rows.text(row, 7)});
  return records;
}

std::string step_state(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step) {
  const auto rows = db.run("journal.step_state", "select state from segue.steps where plan = $1 and phase = $2 and step = $3"_sql,
                           {plan, phase, step});
  return rows.empty() ? std::string() : rows.text();
}

void step_begun(pg::Connection& db, const std::string& plan, const std::string& phase, const plan::Step& step, int position) {
  db.run("journal.step_begun", R"sql(
    insert into segue.steps (plan, phase, step, position, kind, state) values ($1, $2, $3, $4::integer, $5, 'begun')
    on conflict (plan, phase, step) do update
      set state = 'begun', position = excluded.position, attempts = segue.steps.attempts + 1, "endedAt" = null,
          "beganAt" = case when segue.steps.state = 'begun' then segue.steps."beganAt" else clock_timestamp() end)sql"_sql,
    {plan, phase, step.name, position, step.kind()});
}

void step_ended(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step,
                const std::string& state, const Evidence& evidence) {
  db.run("journal.step_ended", R"sql(
    update segue.steps set state = $4, "endedAt" = clock_timestamp(), rows = $5::bigint,
      "longestLockWaitMs" = greatest("longestLockWaitMs", $6::double precision), detail = $7::jsonb
    where plan = $1 and phase = $2 and step = $3)sql"_sql,
    {plan, phase, step, state, evidence.rows, evidence.longest_lock_wait_ms, evidence.detail});
}

void step_undoing(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step) {
  db.run("journal.step_undoing",
         "update segue.steps set state = 'undoing' where plan = $1 and phase = $2 and step = $3"_sql, {plan, phase, step});
}

void add_lock_wait(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step, double ms) {
  db.run("journal.lock_wait", R"sql(
    update segue.steps set "longestLockWaitMs" = greatest("longestLockWaitMs", $4::double precision)
    where plan = $1 and phase = $2 and step = $3)sql"_sql, {plan, phase, step, ms});
}

std::vector<OperationRecord> operations(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step) {
  const auto rows = db.run("journal.operations", R"sql(
    select position, statement, undo, "inTransaction", state from segue.operations
    where plan = $1 and phase = $2 and step = $3 order by position)sql"_sql, {plan, phase, step});
  std::vector<OperationRecord> records;
  for (int row = 0; row < rows.rows(); ++row)
    records.push_back({static_cast<int>(rows.integer(row, 0)), rows.text(row, 1), rows.optional_text(row, 2), rows.boolean(row, 3), rows.text(row, 4)});
  return records;
}

void operation(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step,
               const OperationRecord& record) {
  db.run("journal.operation", R"sql(
    insert into segue.operations (plan, phase, step, position, statement, undo, "inTransaction", state)
    values ($1, $2, $3, $4::integer, $5, $6, $7::boolean, $8)
    on conflict (plan, phase, step, position) do update
      set statement = $5, undo = $6, "inTransaction" = $7::boolean, state = $8, at = clock_timestamp())sql"_sql,
    {plan, phase, step, record.position, record.statement, record.undo, record.in_transaction, record.state});
}

void record_check(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& name, bool passed,
                  const std::string& expected, const std::string& found) {
  db.run("journal.check", "insert into segue.checks (plan, phase, name, passed, expected, found) values ($1, $2, $3, $4::boolean, $5, $6)"_sql,
         {plan, phase, name, passed, expected, found});
}

void save_snapshot(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& schema,
                   const std::string& definition) {
  db.run("journal.save_snapshot", R"sql(
    insert into segue.snapshots (plan, phase, schema, definition) values ($1, $2, $3, $4)
    on conflict (plan, phase) do update set schema = $3, definition = $4, at = clock_timestamp())sql"_sql,
    {plan, phase, schema, definition});
}

std::optional<std::string> snapshot(pg::Connection& db, const std::string& plan, const std::string& phase) {
  const auto rows = db.run("journal.snapshot", "select definition from segue.snapshots where plan = $1 and phase = $2"_sql, {plan, phase});
  if (rows.empty()) return std::nullopt;
  return rows.text();
}

}  // namespace segue::journal
