// What every changing command needs: one session that holds the plan's lock, with the journal installed and fenced.
// Does: connect, install the journal, lock, recognise the database, read (in this order: only a session that holds the lock may
// trust what it reads).
#pragma once
#include <string>

#include "base/progress.hpp"
#include "engine/lookout.hpp"
#include "journal/identity.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

class Runner {
 public:
  Runner(const std::string& url, const plan::Plan& plan, const std::string& verb, const journal::Accepted& accepted, const std::string& actor,
         Progress& progress);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();
  pg::Connection& db() { return db_; }
  std::int64_t epoch() const { return epoch_; }

 private:
  pg::Connection db_;
  Lookout lookout_;
  std::string plan_;
  std::int64_t epoch_ = 0;
};

}  // namespace segue::engine
