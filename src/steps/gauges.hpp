// What the budgets are measured by: replicas, replication slots, the archive, the oldest snapshot, the disk.
// Does: ask the server in a session of its own, with a short timeout; say what it may not see, and which right would show it.
// Does not: decide anything.
#pragma once
#include <deque>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "steps/budgets.hpp"

namespace segue::steps {

class Gauges {
 public:
  // `bytes_before`: size of the database when the step began.
  Gauges(const std::string& url, const plan::Plan& plan, std::int64_t bytes_before);
  std::vector<Reading> read(Budgets::Time now);

 private:
  using Readings = std::vector<Reading>;
  void look_at_all(Budgets::Time now, Readings& readings);
  void replicas(Budgets::Time now, Readings& readings);
  void replica(Budgets::Time now, const std::string& name, std::int64_t position, std::int64_t replayed, Readings& readings) const;
  void slots(Readings& readings);
  void archive(Readings& readings);
  void oldest_xmin(Readings& readings);
  void disk(Budgets::Time now, Readings& readings);
  Readings disk_now();
  double seconds_behind(Budgets::Time now, std::int64_t replayed) const;

  std::string url_, role_;
  const plan::Plan& plan_;
  std::int64_t bytes_before_;
  std::optional<pg::Connection> db_;
  struct Written { Budgets::Time at; std::int64_t position; };
  std::deque<Written> written_;                                  // where the server's WAL ended, and when
  Readings disk_;
  std::optional<Budgets::Time> disk_seen_;
};

// What every member of pg_monitor sees and nobody else: the hint that names it.
std::string grant_to_see(const std::string& role);

}  // namespace segue::steps
