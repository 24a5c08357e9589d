// Holds whoever writes many rows, a step or the healing of rows, while a budget is spent, and lets it go on.
// Does: look once a second, tell progress and audit when it stops and when it goes on, with every reason.
// Does not: end anything: what is committed stays, and whoever waits can be interrupted.
#pragma once
#include "steps/gauges.hpp"
#include "steps/step.hpp"

namespace segue::steps {

// Who is held. `db` writes the audit, between the statements of its owner; `epoch`: of the runner, none where the plan's lock is not held.
struct Braked {
  pg::Connection& db;
  const plan::Plan& plan;
  std::optional<std::int64_t> epoch;
  std::string title, actor;
  Progress* progress = nullptr;
  std::int64_t bytes_before = 0;                                 // size of the database when it began
};

class Brake {
 public:
  explicit Brake(Context& context);
  explicit Brake(Braked held);
  // True while nothing may be written.
  bool look();
  // The same, and nobody is told: for an owner of the session who is in a transaction. He ends it, and waits.
  bool must_stop();
  // Returns when something may be. Error{interrupted}.
  void wait();

 private:
  bool read();
  void tell();
  void audit(const std::string& action, const std::string& reason, const std::string& evidence);

  Braked held_;
  Gauges gauges_;
  Budgets budgets_;
  std::optional<Budgets::Time> looked_, stopped_at_;
  Budgets::Time told_at_{};
  std::string told_;                                             // the budgets that were named last
};

// What the audit calls the step's estimate; its evidence holds the size of the database then.
std::string needs_action(const std::string& phase, const std::string& step);

}  // namespace segue::steps
