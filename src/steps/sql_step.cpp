#include "plan/statements.hpp"
#include "steps/operations.hpp"

namespace segue::steps {

journal::Evidence run(Context& context, const plan::SqlStep&) {
  return run_operations(context, plan::operations_of(context.plan, context.phase, context.step));
}

namespace {

enum class Done { nothing, some_derivable, enough };

// What a run that was cut off left of the step: a written undo takes back the whole of it, not the half.
Done done_of(Context& context) {
  std::size_t done = 0, derived = 0;
  for (const auto& record : journal::operations(context.db, context.plan.name, context.phase.name, context.step.name)) {
    done += record.state != "undone" ? 1 : 0;
    derived += record.state != "undone" && record.undo ? 1 : 0;
  }
  if (done == 0) return Done::nothing;                           // nothing was done, or all of it was taken back before the journal could say so
  const bool half = done < plan::operations_of(context.plan, context.phase, context.step).size();
  return half && derived == done ? Done::some_derivable : Done::enough;
}

}  // namespace

// A written undo replaces the derived ones of the whole step.
void undo(Context& context, const plan::SqlStep& step) {
  if (step.undo_file.empty()) return undo_operations(context);
  const auto done = done_of(context);
  if (done == Done::nothing) return;
  if (done == Done::some_derivable) return undo_operations(context);
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
