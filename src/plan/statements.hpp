// The statements of a plan's sql and require steps in safe form, with lock, rewrite and undo of each.
// Does not: look into a database. Pure.
#pragma once
#include <vector>

#include "plan/plan.hpp"
#include "sql/statement.hpp"

namespace segue::plan {

// Tables created earlier in the same phase count as new; those of earlier phases are live by now.
// Empty for steps of other kinds. Error{plan_file} for SQL that a plan may not hold.
std::vector<sql::Operation> operations_of(const Plan& plan, const Phase& phase, const Step& step);

// The written undo of a sql step in safe form.
std::vector<sql::Operation> undo_operations_of(const SqlStep& step);

}  // namespace segue::plan
