// Who asks a system, whatever the system is: what a run drives.
// Does: say what is wanted next, what an answer means, and what became of it; an intent is in the ledger before it is sent.
// Does not: send anything, repeat, measure. A further system is one more Crowd, and an audit of its ledger.
#pragma once
#include <chrono>
#include <memory>
#include <string_view>

#include "traffic/verdict.hpp"

namespace segue::traffic {

// One wish of somebody, from its intent to its outcome.
class Errand {
 public:
  virtual ~Errand() = default;
  virtual std::string_view name() const = 0;                     // of the kind of request, for the counts
  virtual const Request& request() const = 0;
  virtual Verdict judge(const Answer& answer) const = 0;
  // Once, after the last try. May add to the verdict which path is to blame.
  virtual void end(Verdict& verdict, int tries) = 0;
};

class Crowd {
 public:
  virtual ~Crowd() = default;
  virtual void begin() = 0;                                      // the run
  virtual std::unique_ptr<Errand> next(std::chrono::sys_days today) = 0;
  virtual void end() = 0;
};

}  // namespace segue::traffic
