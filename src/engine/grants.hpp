// The least rights a role needs to run a plan to its end and back, as SQL for this database.
// Does: read the plan and the catalog. Does not: grant anything.
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct Grant { std::string sql, why; };
std::vector<Grant> grants(pg::Connection& db, const plan::Plan& plan, const std::string& role);

}  // namespace segue::engine
