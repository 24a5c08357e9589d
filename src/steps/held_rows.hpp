// Rows that others hold, met by a session that writes many beside them.
// Does: wait for one. Does not: say what is done with the rest meanwhile; who walks along a key passes them by (SKIP LOCKED).
#pragma once
#include <string>

#include "mapping/mapping.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::steps {

// Locks the row whose key is `key`, text[], before the caller's transaction holds any other. Whoever holds it holds more, mostly, and
// frees all at once. Nobody waits for a session that waits for one row and has nothing else in hand, so it may wait longer than a lock
// timeout; the plan's is in force again afterwards. Error 55P03 after some seconds.
void wait_for_row(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& mapping, const std::string& key);

}  // namespace segue::steps
