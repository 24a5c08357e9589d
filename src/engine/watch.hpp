// The one who heals while the application works: listens, reads new texts, and settles what the repair queue holds.
// Does: come back after a lost connection; leave the work to whoever else is at it; end when a stop is asked for.
// Does not: take the plan's lock, or move the plan on. It works beside `segue run` and beside others of its kind.
#pragma once
#include <functional>
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct WatchEvent {
  std::string what;                                              // "listening", "waiting", "healed", "paused", "goes on", "connection lost", "failed", "stopped"
  std::int64_t texts = 0, unreadable = 0, waited_ms = 0, repairs_settled = 0, repairs_open = 0;   // waited_ms: as in steps::Healed
  std::string detail;
};

struct WatchOptions {
  bool once = false;                                             // one round over what is queued now
  std::function<void(const WatchEvent&)> tell;
  std::function<bool()> stop;                                    // none: a signal
};

// Until a stop is asked for. Error{plan_changed} when the plan was begun anew from other files.
void watch(const std::string& url, const plan::Plan& plan, const WatchOptions& options);

}  // namespace segue::engine
