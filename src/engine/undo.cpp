#include "engine/undo.hpp"

#include "engine/needs.hpp"
#include "journal/journal.hpp"
#include "steps/brake.hpp"

namespace segue::engine {

void undo_step(Runner& runner, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, const steps::Options& options,
               Progress& progress) {
  auto& db = runner.db();
  progress.begin(phase.name, "undo " + step.name);
  const bool again = journal::step_state(db, plan.name, phase.name, step.name) == "undoing";
  const auto needs = expect_needs(db, plan, phase, step, true, progress);
  { pg::Transaction transaction(db);
    journal::fence(db, plan.name, runner.epoch());
    journal::step_undoing(db, plan.name, phase.name, step.name);
    if (!again && !needs.empty()) journal::audit(db, plan.name, options.actor, steps::needs_action(phase.name, step.name), {}, needs);
    transaction.commit(fault::Point::undo_begun); }
  steps::Context context{db, plan, phase, step, runner.epoch(), progress, options};
  steps::undo(context);
  fault::point(fault::Point::undo_worked, db.socket());
  { pg::Transaction transaction(db);
    journal::fence(db, plan.name, runner.epoch());
    journal::step_ended(db, plan.name, phase.name, step.name, "undone", {});
    journal::audit(db, plan.name, options.actor, "step undone: " + phase.name + " / " + step.name, options.reason);
    transaction.commit(fault::Point::undo_done); }
  progress.end("undone");
}

}  // namespace segue::engine
