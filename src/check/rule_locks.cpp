#include "check/rules.hpp"
#include "plan/statements.hpp"

namespace segue::check {

namespace {

std::string file_of(const plan::Step& step) {
  const auto* sql_step = std::get_if<plan::SqlStep>(&step.what);
  return sql_step == nullptr ? std::string() : sql_step->file;
}

}  // namespace

void rule_locks(const plan::Plan& plan, Findings& findings) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      for (const auto& operation : plan::operations_of(plan, phase, step)) {
        const auto where = place(step.where, file_of(step), operation);
        if (operation.rewrites)
          findings.push_back({"table-rewrite", Severity::error, where, operation.describes + " writes the table anew while nobody can use it",
                              "add a new column, fill it by a mapping, and switch"});
        else if (operation.scans)
          findings.push_back({"locked-scan", Severity::error, where, operation.describes + " reads the whole table while writers wait",
                              "build it beside the table and attach it"});
      }
}

}  // namespace segue::check
