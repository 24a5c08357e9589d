// The least rights a role needs to run a plan to its end and back, as SQL for this database.
// Does: read the plan and the catalog; say which of them a role lacks. Does not: grant anything.
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

// `held`: a condition that says whether the role $1 has it already; empty: it is for others than the role.
struct Grant { std::string sql, why; sql::Sql held = {}; };
std::vector<Grant> grants(pg::Connection& db, const plan::Plan& plan, const std::string& role);

// Error{permission} naming all that the session's role lacks.
void require_grants(pg::Connection& db, const plan::Plan& plan);

}  // namespace segue::engine
