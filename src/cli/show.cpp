#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "base/text.hpp"
#include "check/check.hpp"
#include "cli/command.hpp"
#include "cli/findings.hpp"
#include "cli/preview.hpp"
#include "plan/statements.hpp"
#include "steps/needs.hpp"

namespace segue::cli {

namespace {

using Undo = sql::Operation::Undo;

std::string_view way_back(const sql::Operation& operation, const plan::Step& step) {
  const auto* sql_step = std::get_if<plan::SqlStep>(&step.what);
  if (sql_step != nullptr && !sql_step->undo_file.empty()) return "written";
  switch (operation.undo_kind) {
    case Undo::none_needed: return "none needed";
    case Undo::derived: return "derived";
    case Undo::must_be_written: return "missing";
    case Undo::impossible: return "impossible";
  }
  return "missing";
}

boost::json::object json_of(const sql::Operation& operation, const plan::Step& step) {
  boost::json::array tables;
  for (const auto& table : operation.tables) tables.emplace_back(table.name);
  return {{"statement", operation.sql.text()}, {"describes", operation.describes}, {"lock", sql::name_of(operation.lock)},
          {"tables", tables}, {"rewrites", operation.rewrites}, {"scansUnderLock", operation.scans},
          {"inTransaction", operation.in_transaction}, {"undo", operation.undo.text()}, {"revertible", way_back(operation, step)}, {"note", operation.note}};
}

std::string summary(const plan::ValueDef& value) {
  return fmt::format("reads distinct texts of {}.{} by {} into the value map; no lock; undo: none needed, decisions are kept", value.table, value.column,
                     value.reader.empty() ? "its expression" : value.reader);
}

// What the steps without SQL of their own do.
std::string summary(const plan::Plan& plan, const plan::Step& step) {
  const auto kind = step.kind();
  if (kind == "sync") return "trigger pair: dual write in the database (lock SHARE ROW EXCLUSIVE, short); undo: drop it";
  if (kind == "backfill") return "rows in small batches (row locks only); undo: none needed, the columns go with their phase";
  if (kind == "verify") return "reads and compares; no lock; undo: none needed";
  if (const auto* profile = std::get_if<plan::ProfileStep>(&step.what)) return summary(plan.value(profile->value));
  if (kind == "rollout") return "share of traffic on the new path; undo: back to 0 %, in a moment";
  if (kind == "retire") return "renames away (lock ACCESS EXCLUSIVE, short), dual write goes on; undo: rename back";
  if (kind == "drop") return "archives, then drops (lock ACCESS EXCLUSIVE, short); undo: built again from schema segue_archive, if archive: true";
  if (kind == "preview") return "reads, READ ONLY (lock ACCESS SHARE); its result is kept for whoever approves; undo: none needed";
  return {};
}

using Records = std::vector<journal::StepRecord>;

void print_preview(const Records& records, const plan::Phase& phase, const plan::Step& step) {
  const auto* preview = std::get_if<plan::PreviewStep>(&step.what);
  if (preview == nullptr) return;
  print("    " + replace_all(preview->text, "\n", "\n    "));
  if (const auto table = result_of(records, phase, step)) print("\n" + text_of(*table, "    "));
}

boost::json::value json_of_preview(const Records& records, const plan::Phase& phase, const plan::Step& step) {
  const auto* preview = std::get_if<plan::PreviewStep>(&step.what);
  if (preview == nullptr) return nullptr;
  const auto table = result_of(records, phase, step);
  return boost::json::object{{"title", preview->title}, {"statement", preview->text}, {"result", table ? boost::json::parse(to_json(*table)) : boost::json::value()}};
}

struct Known {
  std::vector<check::Finding> findings;
  Records records;
  std::map<std::string, steps::Needs> needs;                     // by "phase/step", of steps that are not done
  steps::Room room;
};

const steps::Needs* needs_of(const Known& known, const plan::Phase& phase, const plan::Step& step) {
  const auto found = known.needs.find(phase.name + "/" + step.name);
  return found == known.needs.end() ? nullptr : &found->second;
}

void print_step(const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, const Known& known) {
  print(fmt::format("\n  {}", step.name));
  if (const auto text = summary(plan, step); !text.empty()) print("    " + text);
  if (const auto* needs = needs_of(known, phase, step)) print("    " + steps::text_of(*needs, known.room));
  for (const auto& operation : plan::operations_of(plan, phase, step)) {
    print(fmt::format("    {}\n      lock {}{}{}; {}; undo {}{}", operation.sql.text(), sql::name_of(operation.lock),
                      operation.rewrites ? ", REWRITES THE TABLE" : "", operation.scans ? ", SCANS UNDER THE LOCK" : "",
                      operation.in_transaction ? "in a transaction" : "outside a transaction", way_back(operation, step),
                      operation.undo.empty() ? "" : ": " + operation.undo.text()));
    if (!operation.note.empty()) print("      note: " + operation.note);
  }
  print_preview(known.records, phase, step);
}

boost::json::value json_of_needs(const Known& known, const plan::Phase& phase, const plan::Step& step) {
  const auto* needs = needs_of(known, phase, step);
  return needs == nullptr ? boost::json::value(nullptr) : boost::json::parse(steps::json_of(*needs, known.room));
}

boost::json::object json_of(const plan::Plan& plan, const Known& known) {
  boost::json::array phases;
  for (const auto& phase : plan.phases) {
    boost::json::array steps;
    for (const auto& step : phase.steps) {
      boost::json::array operations;
      for (const auto& operation : plan::operations_of(plan, phase, step)) operations.push_back(json_of(operation, step));
      steps.push_back(boost::json::object{{"name", step.name}, {"kind", step.kind()}, {"does", summary(plan, step)}, {"operations", operations},
                                          {"needs", json_of_needs(known, phase, step)}, {"preview", json_of_preview(known.records, phase, step)}});
    }
    phases.push_back(boost::json::object{{"name", phase.name}, {"title", phase.title}, {"irreversible", phase.irreversible}, {"steps", steps}});
  }
  return {{"plan", plan.name}, {"title", plan.title}, {"hash", plan.hash}, {"phases", phases}, {"findings", cli::json_of(known.findings)}};
}

void add_needs(segue::pg::Connection& db, const plan::Plan& plan, Known& known) {
  known.room = steps::room_of(db, plan);
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      const bool done = journal::is_installed(db) && journal::step_state(db, plan.name, phase.name, step.name) == "done";
      if (const auto needs = done ? std::nullopt : steps::needs_of(db, plan, phase, step)) known.needs.emplace(phase.name + "/" + step.name, *needs);
    }
}

Known look(const Arguments& arguments, const plan::Plan& plan) {
  if (!arguments.has("--database")) return {check::check_plan(plan), {}, {}, {}};
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/show/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
  Known known{check::check(db, plan), {}, {}, {}};
  if (journal::is_installed(db)) known.records = journal::steps(db, plan.name);
  add_needs(db, plan, known);
  return known;
}

}  // namespace

int show(const Words& words) {
  const Arguments arguments(words, with_common({}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const auto known = look(arguments, plan);
  if (arguments.has("--json")) return print(boost::json::serialize(json_of(plan, known))), status_of(known.findings);
  print(fmt::format("{}: {}", plan.name, plan.title));
  for (const auto& phase : plan.phases) {
    print(fmt::format("\n{}{}{}", phase.name, phase.title.empty() ? "" : ": " + phase.title, phase.irreversible ? " (irreversible)" : ""));
    for (const auto& step : phase.steps) print_step(plan, phase, step, known);
  }
  print("");
  print_findings(known.findings);
  return status_of(known.findings);
}

}  // namespace segue::cli
