// When writing many rows has to stop for others, and when it may go on. Pure: readings and times go in, a decision comes out.
// Does: stop at a spent budget, or at one that nobody could look at for 15 s; go on when all are below 80 % for 5 s; name every reason.
// Does not: measure, or slow anything down: whoever steers by a lag parks the replica at the limit.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace segue::steps {

struct Reading {
  std::string budget;                                            // its key in the plan's limits
  std::optional<double> used;                                    // share of it, 1: spent; nothing: it could not be seen
  std::string text;                                              // what was seen, or why it could not be
};

class Budgets {
 public:
  using Time = std::chrono::steady_clock::time_point;
  void look(Time now, const std::vector<Reading>& readings);
  bool stopped() const { return stopped_; }
  // Why it stands still: whatever is not yet well below its budget, or not seen. Empty where it does not, and in the last 5 s.
  const std::vector<Reading>& reasons() const { return reasons_; }

 private:
  bool blind(Time now, const std::vector<Reading>& readings);
  bool stopped_ = false;
  std::vector<Reading> reasons_;
  std::map<std::string, Time> unseen_since_;
  std::optional<Time> calm_since_;
};

}  // namespace segue::steps
