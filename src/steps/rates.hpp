// How quick work will be: from what the journal says of earlier batches, else from a small sample that only reads.
#pragma once
#include <optional>
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::steps {

struct Rate { double seconds_a_row = 0; std::string source; };

// Nothing where neither can be had, e.g. before the plan has added the columns.
std::optional<Rate> rate_of_filling(pg::Connection& db, const plan::Plan& plan, const std::string& cursor, const std::string& mapping);
std::optional<Rate> rate_of_reading(pg::Connection& db, const sql::QualifiedName& table);

}  // namespace segue::steps
