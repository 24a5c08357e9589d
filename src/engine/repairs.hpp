// What people do with the repair queue: accept rows as they are, take that back, try all of it again, say which side is right.
// Does: refuse what cannot be meant, settle first what needs no person, write the audit.
// Does not: take the plan's lock: it works beside `segue run`. Keys and names, never values.
#pragma once
#include <string>

#include "journal/repairs.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct Who { std::string actor, reason; };

// Rows accepted, or waiting again. `filter` names the mapping, and one key or a side and a reason.
// Error{not_found} if nothing is meant.
std::int64_t accept_repairs(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter, const Who& who);
std::int64_t withdraw_repairs(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter, const Who& who);

struct Queue { std::int64_t settled = 0, open = 0, accepted = 0; };   // rows
// Every waiting row of every mapping whose dual write is on, at once.
Queue retry_repairs(pg::Connection& db, const plan::Plan& plan);

// One side of a row is right: the other is written from it. False if it stays in the queue even so.
bool take_side(pg::Connection& db, const plan::Plan& plan, const std::string& mapping, const std::string& key, bool old_is_right, const Who& who);

}  // namespace segue::engine
