#include "check/rules.hpp"
#include "plan/statements.hpp"

namespace segue::check {

void rule_undo(const plan::Plan& plan, Findings& findings) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      const auto* sql_step = std::get_if<plan::SqlStep>(&step.what);
      if (sql_step == nullptr || !sql_step->undo_file.empty() || phase.irreversible) continue;
      for (const auto& operation : plan::operations_of(plan, phase, step)) {
        if (operation.undo_kind == sql::Operation::Undo::must_be_written)
          findings.push_back({"no-undo", Severity::error, place(step.where, sql_step->file, operation), operation.describes + " has no undo that could be derived",
                              "write one: {sql: " + sql_step->file + ", undo: FILE}"});
        if (operation.undo_kind == sql::Operation::Undo::impossible)
          findings.push_back({"no-way-back", Severity::error, place(step.where, sql_step->file, operation), operation.describes + " cannot be taken back",
                              "allowed only in a phase that says irreversible: true"});
      }
    }
}

}  // namespace segue::check
