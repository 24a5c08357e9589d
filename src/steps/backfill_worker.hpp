// One worker of a backfill: walks its key range in batches, each committed together with its cursor.
#pragma once
#include <atomic>

#include "base/error.hpp"
#include "mapping/derive.hpp"
#include "steps/locks.hpp"
#include "steps/pace.hpp"
#include "steps/step.hpp"

namespace segue::steps {

struct Shared {                                                  // between the workers and the step
  std::atomic<std::int64_t> scanned{0}, written{0};
  std::atomic<bool> stop{false}, paused{false};
};

class BackfillWorker {
 public:
  // `name`: of the step; `range`: number of the cursor; `derived`: the rows of `mapping` derive others, instead of changing themselves.
  BackfillWorker(const std::string& url, const plan::Plan& plan, std::int64_t epoch, const mapping::Resolved& mapping,
                 std::string name, int range, Shared& shared, const mapping::Derivation* derived = nullptr);
  void run();                                                    // returns at the end of the range or when told to stop

 private:
  struct Cursor { std::optional<std::string> upper, last; int visit = 0; bool done = false; };
  struct Stretch { std::optional<std::string> upper; bool last = true; };        // what one visit covers; last of the range
  void read_cursor();
  bool batch();                                                  // false: the range is finished
  std::int64_t write(const std::optional<std::string>& upper);
  void write_cursor(const Cursor& next, std::int64_t scanned, std::int64_t written);
  void isolate(const Error& error);
  void clashed(const Error& error);

  pg::Connection db_;
  const plan::Plan& plan_;
  std::int64_t epoch_;
  const mapping::Resolved& mapping_;
  std::string name_;
  int range_;
  Shared& shared_;
  const mapping::Derivation* derived_;
  int classes_;
  int alone_ = 0;                                                // so many rows more go one by one
  Cursor cursor_;
  Stretch stretch_;                                              // of the visit before this one
  Pace pace_;
  Clashes clashes_;
};

}  // namespace segue::steps
