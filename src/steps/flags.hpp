// Changing a flag and knowing that every application process follows it.
#pragma once
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::steps {

struct Followed {
  std::int64_t revision = 0, clients = 0;
  double ms = 0;                                                 // until the last connected client had taken it over
  std::vector<std::string> laggards;                             // those that had not within the patience
  std::vector<std::string> overriding;                           // those that go by another percentage of their own
};

// Sets the flag in its own transaction and waits for the clients that are connected.
Followed change_flag(pg::Connection& db, const std::string& plan, const std::string& flag, int percent, const std::string& actor,
                     const std::string& reason, std::chrono::milliseconds patience);

// An application process with a switch of its own does not go where the flag goes. Error{refused} naming it.
void refuse_overrides(pg::Connection& db, const std::string& plan, const std::string& flag, int percent);

// Requests that were decided before a client took over a change may still be on their way to the database.
void let_requests_settle();

}  // namespace segue::steps
