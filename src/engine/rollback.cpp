#include <fmt/format.h>

#include <boost/json.hpp>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "engine/grants.hpp"
#include "engine/runner.hpp"
#include "engine/undo.hpp"
#include "steps/going_back.hpp"

namespace segue::engine {

namespace {

bool has_effects(const std::string& state) { return state == "begun" || state == "done" || state == "undoing"; }

// From the phase `first` on, last step first.
StepsBack steps_back(pg::Connection& db, const plan::Plan& plan, std::size_t first) {
  StepsBack back;
  for (std::size_t i = plan.phases.size(); i-- > first;)
    for (auto step = plan.phases[i].steps.rbegin(); step != plan.phases[i].steps.rend(); ++step)
      if (has_effects(journal::step_state(db, plan.name, plan.phases[i].name, step->name))) back.emplace_back(&plan.phases[i], &*step);
  return back;
}

// The schema must be what it was before the first phase that was taken back.
std::string prove(pg::Connection& db, const plan::Plan& plan, const std::string& phase) {
  const auto before = journal::snapshot(db, plan.name, phase);
  if (!before) return "nothing of this plan had begun";
  const auto was = split_text(*before, '\n');
  const auto now = split_text(join(catalog::describe_schema(db, plan.schema), "\n"), '\n');
  std::vector<std::string> lost, left;
  std::set_difference(was.begin(), was.end(), now.begin(), now.end(), std::back_inserter(lost));
  std::set_difference(now.begin(), now.end(), was.begin(), was.end(), std::back_inserter(left));
  if (lost.empty() && left.empty()) return fmt::format("schema \"{}\" is what it was: all {} definitions are equal", plan.schema, was.size());
  throw Error(ErrorCode::different_data,
              fmt::format("the rollback is done, but the schema differs from what it was: missing {{{}}}, left over {{{}}}", join(lost, "; "), join(left, "; ")),
              "someone else may have changed it meanwhile; mend it by hand");
}

}  // namespace

RollbackResult rollback(const std::string& url, const plan::Plan& plan, const std::string& to, const steps::Options& options,
                        const journal::Accepted& accepted, Progress& progress) {
  const std::size_t first = to == "start" ? 0 : plan.phase_index(to) + 1;
  if (first >= plan.phases.size())
    throw Error(ErrorCode::usage, fmt::format("\"{}\" is the last phase: there is nothing behind it to take back", to), "name the phase to go back to, or \"start\"");
  Runner runner(url, plan, "rollback", accepted, options.actor, progress);
  auto& db = runner.db();
  steps::require_archives(db, plan, first);
  require_grants_back(db, plan, steps_back(db, plan, first));
  RollbackResult result;
  for (std::size_t i = plan.phases.size(); i-- > first;) {
    const auto& phase = plan.phases[i];
    for (auto step = phase.steps.rbegin(); step != phase.steps.rend(); ++step) {
      if (!has_effects(journal::step_state(db, plan.name, phase.name, step->name))) continue;
      stop_if_interrupted();
      undo_step(runner, plan, phase, *step, options, progress);
      ++result.steps;
    }
    journal::withdraw_approvals(db, plan.name, phase.name);
    fault::point(fault::Point::approvals_withdrawn, db.socket());
  }
  if (first > 0) journal::withdraw_approvals(db, plan.name, plan.phases[first - 1].name);
  result.proof = prove(db, plan, plan.phases[first].name);
  fault::point(fault::Point::rollback_proven, db.socket());
  journal::audit(db, plan.name, options.actor, "rolled back to " + to, options.reason,
                 boost::json::serialize(boost::json::object{{"steps", result.steps}, {"proof", result.proof}}));
  fault::point(fault::Point::rollback_recorded, db.socket());
  return result;
}

}  // namespace segue::engine
