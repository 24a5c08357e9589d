#include "support/clinics.hpp"

#include "base/text.hpp"
#include "journal/journal.hpp"
#include "plan/statements.hpp"
#include "support/database.hpp"

namespace segue::tests {

namespace {

const std::string folder = SEGUE_SOURCE_DIR "/tests/scenario/derived-rows";

plan::Plan plan_of(const std::string& yaml) {
  return yaml.empty() ? plan::load(folder + "/plan") : plan::parse(folder + "/plan/plan.yaml", yaml, folder + "/plan");
}

}  // namespace

Clinics::Clinics(const sql::Sql& change, const std::string& yaml) : url_(fresh_database()), plan_(plan_of(yaml)), db_(url_) {
  write(read_file(folder + "/schema.sql"));
  write("truncate clinics, users, patients, appointments; insert into clinics values ('c1', 'one'), ('c2', 'two'), ('c3', 'three')");
  if (!change.empty()) db_.run_script("test.change", change);
  journal::install(db_);
  epoch_ = journal::open_epoch(db_, plan_, false);
  const auto& prepare = plan_.phase("prepare");
  for (const auto& step : prepare.steps)
    for (const auto& operation : plan::operations_of(plan_, prepare, step)) db_.run("test.prepare", operation.sql);
}

void Clinics::step(const std::string& name, bool undo) {
  Silence silence;
  const steps::Options options;
  const auto& phase = plan_.phase("dual-write");
  for (const auto& found : phase.steps) {
    if (found.name != name) continue;
    steps::Context context{db_, plan_, phase, found, epoch_, silence, options};
    if (undo) return steps::undo(context);
    steps::run(context);
    return;
  }
  throw std::logic_error("phase dual-write has no step " + name);
}

void Clinics::run(const std::string& name) { step(name, false); }
void Clinics::undo(const std::string& name) { step(name, true); }

void Clinics::sync_all() {
  for (const auto& mapping : plan_.mappings) run("sync " + mapping.name);
}

void Clinics::backfill_all() {
  for (const auto& mapping : plan_.mappings) run("backfill " + mapping.name);
}

void Clinics::settle() {
  for (int pass = 0; pass < 3; ++pass)
    for (const auto& mapping : plan_.mappings) steps::settle(db_, plan_, epoch_, steps::mapped(db_, plan_, mapping.name));
}

std::string Clinics::findings() {
  Silence silence;
  std::string text;
  for (const auto& mapping : plan_.mappings)
    for (const auto& key : verify::compare(db_, steps::mapped(db_, plan_, mapping.name), silence).keys) text += mapping.name + ": " + key + "\n";
  return text;
}

std::string Clinics::repairs() {
  const auto rows = db_.run("test.repairs", R"sql(
    select concat_ws(' ', mapping, direction, array_to_string(key, '/'), reason) from segue.repairs where "resolvedAt" is null order by 1)sql"_sql);
  std::string text;
  for (int row = 0; row < rows.rows(); ++row) text += rows.text(row, 0) + "\n";
  return text;
}

std::string Clinics::ask(const std::string& sql) {
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
