#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "check/check.hpp"
#include "engine/backup.hpp"
#include "engine/engine.hpp"
#include "engine/grants.hpp"
#include "engine/needs.hpp"
#include "engine/runner.hpp"
#include "engine/undo.hpp"
#include "steps/brake.hpp"

namespace segue::engine {

namespace {

class Loop {
 public:
  Loop(Runner& runner, const plan::Plan& plan, const RunOptions& options, Progress& progress)
      : runner_(runner), db_(runner.db()), epoch_(runner.epoch()), plan_(plan), options_(options), progress_(progress) {}

  RunResult run() {
    int position = 0;
    for (const auto& phase : plan_.phases) {
      if (!has_begun(phase) && !may_begin(phase)) return result_;
      for (const auto& step : phase.steps) run_step(phase, step, position++);
      if (!is_over(phase)) check_phase(phase);
      if (options_.until == phase.name) break;
    }
    result_.complete = true;
    return result_;
  }

 private:
  bool has_begun(const plan::Phase& phase) {
    for (const auto& step : phase.steps) {
      const auto state = journal::step_state(db_, plan_.name, phase.name, step.name);
      if (state == "begun" || state == "done" || state == "undoing") return true;   // half taken back is no state to remember as "before"
    }
    return false;
  }

  // Its checks said what had to hold before the next phase began; by now the application has gone on.
  bool is_over(const plan::Phase& phase) {
    const auto next = plan_.phase_index(phase.name) + 1;
    return next < plan_.phases.size() && has_begun(plan_.phases[next]);
  }

  bool may_begin(const plan::Phase& phase) {
    const auto index = plan_.phase_index(phase.name);
    if (index == 0) return checklist_done(phase) && take_snapshot(phase);
    const auto& before = plan_.phases[index - 1];
    if (before.gate) {
      progress_.begin(before.name, "gate");
      result_.verdict = gate::judge(*before.gate, measure(db_, plan_, before, progress_), {plan_.name, index > 1 ? plan_.phases[index - 2].name : "start"});
      progress_.end(result_.verdict.open ? "open" : "closed");
      fault::point(fault::Point::gate_measured, db_.socket());
      for (const auto& item : result_.verdict.items)
        journal::record_check(db_, plan_.name, before.name, "gate: " + item.name, item.holds, item.expected, item.found);
      fault::point(fault::Point::gate_recorded, db_.socket());
      if (!result_.verdict.open) return hold(phase, before.name);
      journal::audit(db_, plan_.name, options_.steps.actor, "gate passed: " + before.name, {}, found());
    }
    return take_snapshot(phase);
  }

  bool checklist_done(const plan::Phase& phase) {
    gate::Measures measures{.mismatches = 0, .repairs = 0};
    measures.unanswered = unanswered_checklist(db_, plan_);
    result_.verdict = gate::judge({}, measures);
    if (plan_.backup) {
      result_.verdict.items.push_back(backup_item(db_, plan_));
      result_.verdict.open = result_.verdict.open && result_.verdict.items.back().holds;
    }
    return result_.verdict.open || hold(phase, "checklist");
  }

  bool hold(const plan::Phase& phase, const std::string& by) {
    result_.held_before = phase.name;
    result_.held_by = by;
    journal::audit(db_, plan_.name, options_.steps.actor, "held before " + phase.name, "gate of " + by + " is closed", found());
    return false;
  }

  std::string found() const {
    boost::json::object items;
    for (const auto& item : result_.verdict.items) items[item.name] = item.found;
    return boost::json::serialize(items);
  }

  // What a rollback of this phase must bring back.
  bool take_snapshot(const plan::Phase& phase) {
    journal::save_snapshot(db_, plan_.name, phase.name, plan_.schema, join(catalog::describe_schema(db_, plan_.schema), "\n"));
    fault::point(fault::Point::snapshot_taken, db_.socket());
    return true;
  }

  void run_step(const plan::Phase& phase, const plan::Step& step, int position) {
    const auto state = journal::step_state(db_, plan_.name, phase.name, step.name);
    if (state == "done") return;
    stop_if_interrupted();
    // From the middle of a way back there is no way forward: what is taken back first is what was done last.
    if (state == "undoing") undo_step(runner_, plan_, phase, step, options_.steps, progress_);
    progress_.begin(phase.name, step.name);
    const auto needs = expect_needs(db_, plan_, phase, step, false, progress_);
    { pg::Transaction transaction(db_);
      journal::fence(db_, plan_.name, epoch_);
      journal::step_begun(db_, plan_.name, phase.name, step, position);
      if (state != "begun" && !needs.empty()) journal::audit(db_, plan_.name, options_.steps.actor, steps::needs_action(phase.name, step.name), {}, needs);
      transaction.commit(fault::Point::step_begun); }
    steps::Context context{db_, plan_, phase, step, epoch_, progress_, options_.steps};
    const auto evidence = steps::run(context);
    fault::point(fault::Point::step_worked, db_.socket());
    { pg::Transaction transaction(db_);
      journal::fence(db_, plan_.name, epoch_);
      journal::step_ended(db_, plan_.name, phase.name, step.name, "done", evidence);
      journal::audit(db_, plan_.name, options_.steps.actor, "step done: " + phase.name + " / " + step.name, {}, evidence.detail);
      transaction.commit(fault::Point::step_done); }
    progress_.end("done");
  }

  void check_phase(const plan::Phase& phase) {
    for (const auto& check : phase.checks) {
      const auto result = run_check(db_, check);
      journal::record_check(db_, plan_.name, phase.name, check.name, result.passed, result.expected, result.found);
      fault::point(fault::Point::check_recorded, db_.socket());
      if (!result.passed)
        throw Error(ErrorCode::different_data,
                    fmt::format("check \"{}\" of phase \"{}\": expected {}, found {}", check.name, phase.name, result.expected, result.found),
                    fmt::format("mend the data, or go back: segue rollback {} --to PHASE", plan_.name));
    }
  }

  Runner& runner_;
  pg::Connection& db_;
  std::int64_t epoch_;
  const plan::Plan& plan_;
  const RunOptions& options_;
  Progress& progress_;
  RunResult result_;
};

// Errors of the plan itself are found before anything is touched.
void refuse_unsafe(pg::Connection& db, const plan::Plan& plan) {
  std::string message;
  for (const auto& finding : check::check(db, plan))
    if (finding.severity == check::Severity::error)
      message += (message.empty() ? "" : "\n  ") + finding.where + ": " + finding.message + "\n    HINT: " + finding.hint;
  if (!message.empty())
    throw Error(ErrorCode::refused, "the plan is not safe to run:\n  " + message, "segue check " + plan.directory + " --database URL lists every finding");
}

}  // namespace

RunResult run(const std::string& url, const plan::Plan& plan, const RunOptions& options, Progress& progress) {
  if (options.until) plan.phase(*options.until);                 // Error{not_found} before anything is touched
  {
    pg::Connection reader(url, {.application_name = "segue/check/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
    refuse_unsafe(reader, plan);
    require_grants(reader, plan);
  }
  Runner runner(url, plan, "run", options.accepted, options.steps.actor, progress);
  return Loop(runner, plan, options, progress).run();
}

}  // namespace segue::engine
