// The least rights a role needs to run a plan to its end and back, as SQL for this database.
// Does: read the plan and the catalog; say which of them a role lacks. Does not: grant anything.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

// `held`: a condition that says whether the role $1 has it already; empty: it is for others than the role.
struct Grant { std::string sql, why; sql::Sql held = {}; };
std::vector<Grant> grants(pg::Connection& db, const plan::Plan& plan, const std::string& role);

// Error{permission} naming all that the session's role lacks.
void require_grants(pg::Connection& db, const plan::Plan& plan);

using StepsBack = std::vector<std::pair<const plan::Phase*, const plan::Step*>>;
// The same for a way back over these steps, and only what it cannot do without: PostgreSQL lets owners alter. Whoever goes back in a hurry
// is not held up for a right that some other step would need.
void require_grants_back(pg::Connection& db, const plan::Plan& plan, const StepsBack& back);

}  // namespace segue::engine
