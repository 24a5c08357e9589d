#include "engine/engine.hpp"
#include "journal/journal.hpp"
#include "gate/gate.hpp"
#include "steps/repairs.hpp"
#include "verify/compare.hpp"

namespace segue::engine {

namespace {

// Before its sync a mapping's new columns need not be there yet.
bool sync_has_begun(const std::vector<journal::StepRecord>& records, const plan::Plan& plan, const std::string& mapping) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (const auto* sync = std::get_if<plan::SyncStep>(&step.what); sync != nullptr && sync->mapping == mapping)
        for (const auto& record : records)
          if (record.phase == phase.name && record.step == step.name) return record.state != "undone";
  return false;
}

bool phase_done(const std::vector<journal::StepRecord>& records, const plan::Phase& phase) {
  std::size_t done = 0;
  for (const auto& record : records) done += record.phase == phase.name && record.state == "done" ? 1 : 0;
  return done == phase.steps.size();
}

bool takes_away(const plan::Phase& phase) {
  for (const auto& step : phase.steps)
    if (std::holds_alternative<plan::RetireStep>(step.what) || std::holds_alternative<plan::DropStep>(step.what)) return true;
  return phase.irreversible;
}

}  // namespace

std::vector<Verification> verify(const std::string& url, const plan::Plan& plan, Progress& progress) {
  pg::Connection db(url, {.application_name = "segue/verify/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
  std::vector<Verification> results;
  if (!journal::is_installed(db)) return results;
  const auto records = journal::steps(db, plan.name);
  for (const auto& definition : plan.mappings) {
    if (!sync_has_begun(records, plan, definition.name)) continue;
    const auto mapping = steps::mapped(db, plan, definition.name);
    if (!steps::is_synced(db, mapping)) continue;
    progress.begin("verify", definition.name);
    const auto result = steps::compare_settled(db, plan, std::nullopt, mapping, progress);
    progress.end("done");
    results.push_back({"rows of " + definition.name + " where old and new disagree", "0", std::to_string(result.differing), result.differing == 0, result.rows});
  }
  steps::reopen_changed(db, plan, std::nullopt);
  const auto repairs = journal::open_repairs(db, plan.name);
  results.push_back({"rows in the repair queue", "0", gate::with_accepted(std::to_string(repairs), journal::accepted_repairs(db, plan.name)), repairs == 0, 0});
  // Checks of the last finished phase that has some: a later phase may have taken away what earlier ones look at.
  const plan::Phase* last = nullptr;
  for (const auto& phase : plan.phases)
    if (phase_done(records, phase)) last = phase.checks.empty() && !takes_away(phase) ? last : &phase;
  for (const auto& check : last == nullptr ? std::vector<plan::Check>() : last->checks) results.push_back(run_check(db, check));
  return results;
}

}  // namespace segue::engine
