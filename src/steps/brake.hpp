// Holds a step that writes many rows while a budget is spent, and lets it go on.
// Does: look once a second, tell progress and audit when it stops and when it goes on, with every reason.
// Does not: end anything: what is committed stays, and whoever waits can be interrupted.
#pragma once
#include "steps/gauges.hpp"
#include "steps/step.hpp"

namespace segue::steps {

class Brake {
 public:
  // Uses the context's session between the step's own statements, to write the audit.
  explicit Brake(Context& context);
  // True while nothing may be written.
  bool look();
  // Returns when something may be. Error{interrupted}.
  void wait();

 private:
  void stop_or_go(bool was_stopped);
  void audit(const std::string& action, const std::string& reason, const std::string& evidence);

  Context& context_;
  Gauges gauges_;
  Budgets budgets_;
  std::optional<Budgets::Time> looked_;
  Budgets::Time stopped_at_{}, told_at_{};
  std::string told_;                                             // the budgets that were named last
};

// What the audit calls the step's estimate; its evidence holds the size of the database then.
std::string needs_action(const std::string& phase, const std::string& step);

}  // namespace segue::steps
