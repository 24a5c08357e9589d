// The safety check: a plan against what segue knows of PostgreSQL and what the database holds.
// Does: name what would lock, rewrite, fail or lose, before anything is touched. One file a rule.
// Does not: write anything.
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "sql/statement.hpp"

namespace segue::check {

enum class Severity { note, warning, error };
std::string_view name_of(Severity severity);

struct Finding {
  std::string rule;                                              // "table-rewrite"
  Severity severity = Severity::warning;
  std::string where;                                             // file:line:column
  std::string message, hint;
};

// Plan alone; pure. Error{plan_file} for SQL that a plan may not hold.
std::vector<Finding> check_plan(const plan::Plan& plan);
// Plan and database. A column that the plan has yet to add is not missing.
std::vector<Finding> check(pg::Connection& db, const plan::Plan& plan);

}  // namespace segue::check
