#include "support/staged.hpp"

#include <stdexcept>

#include "journal/journal.hpp"
#include "plan/statements.hpp"
#include "support/database.hpp"

namespace segue::tests {

Staged::Staged(plan::Plan plan, std::string phase, const std::string& old_schema)
    : url_(fresh_database()), phase_(std::move(phase)), plan_(std::move(plan)), db_(url_) {
  write(old_schema);
  journal::install(db_);
  epoch_ = journal::open_epoch(db_, plan_, false);
  const auto& prepare = plan_.phase("prepare");
  for (const auto& step : prepare.steps)
    for (const auto& operation : plan::operations_of(plan_, prepare, step)) db_.run("test.prepare", operation.sql);
}

void Staged::step(const std::string& name, bool undo) {
  Silence silence;
  const steps::Options options;
  const auto& phase = plan_.phase(phase_);
  for (const auto& found : phase.steps) {
    if (found.name != name) continue;
    steps::Context context{db_, plan_, phase, found, epoch_, silence, options};
    if (undo) return steps::undo(context);
    steps::run(context);
    return;
  }
  throw std::logic_error("phase " + phase_ + " has no step " + name);
}

void Staged::sync_all() {
  for (const auto& mapping : plan_.mappings) run("sync " + mapping.name);
}

void Staged::backfill_all() {
  for (const auto& mapping : plan_.mappings) run("backfill " + mapping.name);
}

void Staged::settle() {
  for (int pass = 0; pass < 3; ++pass)
    for (const auto& mapping : plan_.mappings) steps::settle(db_, plan_, epoch_, steps::mapped(db_, plan_, mapping.name));
}

std::string Staged::findings() {
  Silence silence;
  std::string text;
  for (const auto& mapping : plan_.mappings)
    for (const auto& key : verify::compare(db_, steps::mapped(db_, plan_, mapping.name), silence).keys) text += mapping.name + ": " + key + "\n";
  return text;
}

std::string Staged::repairs() {
  const auto rows = db_.run("test.repairs", R"sql(
    select concat_ws(' ', mapping, direction, array_to_string(key, '/'), reason) from segue.repairs where "resolvedAt" is null order by 1)sql"_sql);
  std::string text;
  for (int row = 0; row < rows.rows(); ++row) text += rows.text(row, 0) + "\n";
  return text;
}

std::string Staged::ask(const std::string& sql) {
  const auto rows = db_.run("test.ask", sql::Sql::from_plan(sql));
  if (rows.empty()) return "no row";
  std::string text;
  for (int column = 0; column < rows.columns(); ++column) {
    if (column > 0) text += "|";
    text += rows.optional_text(0, column).value_or("-");
  }
  return text;
}

}  // namespace segue::tests
