#include <algorithm>

#include "plan/statements.hpp"
#include "steps/operations.hpp"

namespace segue::steps {

journal::Evidence run(Context& context, const plan::SqlStep&) {
  return run_operations(context, plan::operations_of(context.plan, context.phase, context.step));
}

namespace {

bool anything_done(Context& context, const std::string& step) {
  const auto records = journal::operations(context.db, context.plan.name, context.phase.name, step);
  return std::any_of(records.begin(), records.end(), [](const auto& record) { return record.state != "undone"; });
}

}  // namespace

// A written undo replaces the derived ones of the whole step. It takes back what the step did, so it is not for a step that was
// begun and never came to its first statement.
void undo(Context& context, const plan::SqlStep& step) {
  if (step.undo_file.empty()) return undo_operations(context);
  if (!anything_done(context, context.step.name)) return;
  plan::Step taken_back = context.step;
  taken_back.name = "undo " + context.step.name;
  Context other{context.db, context.plan, context.phase, taken_back, context.epoch, context.progress, context.options};
  run_operations(other, plan::undo_operations_of(step));
  // Both lists are over now: a later run starts from nothing.
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  for (auto* with : {&other, &context})
    for (auto record : journal::operations(context.db, context.plan.name, context.phase.name, with->step.name)) {
      record.state = "undone";
      journal::operation(context.db, context.plan.name, context.phase.name, with->step.name, record);
    }
  transaction.commit(fault::Point::written_undo_over);
}

journal::Evidence run(Context& context, const plan::RequireStep&) {
  return run_operations(context, plan::operations_of(context.plan, context.phase, context.step), false);
}

void undo(Context& context, const plan::RequireStep&) { undo_operations(context); }

}  // namespace segue::steps
