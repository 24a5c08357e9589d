// Who keeps a runner waiting: said while it waits, whatever statement it is, and in the error if that is given up.
// Does: look from a second session, opened when it is first needed; get the runner out of a wait that a person has interrupted.
// Does not: bound the wait; that is the session's lock timeout.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/progress.hpp"
#include "pg/connection.hpp"

namespace segue::engine {

class Lookout {
 public:
  // `runner`: whose statements are watched from now on; it runs none once this is gone.
  Lookout(const std::string& url, const std::string& plan, pg::Connection& runner, Progress& progress);
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

 private:
  std::string look();

  std::string url_, plan_;
  pg::Connection& runner_;
  Progress& progress_;
  std::optional<pg::Connection> own_;
  std::optional<int> told_;                                      // process
  std::chrono::steady_clock::time_point told_at_{};
};

}  // namespace segue::engine
