// What every changing command needs: one session that holds the plan's lock, with the journal installed and fenced.
// Does: connect, install the journal, lock, read (in this order: only a session that holds the lock may trust what it reads).
#pragma once
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

class Runner {
 public:
  Runner(const std::string& url, const plan::Plan& plan, const std::string& verb, bool accept_changed_plan, const std::string& actor);
  pg::Connection& db() { return db_; }
  std::int64_t epoch() const { return epoch_; }

 private:
  pg::Connection db_;
  std::int64_t epoch_ = 0;
};

}  // namespace segue::engine
