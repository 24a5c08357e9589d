// One worker of a backfill: walks key ranges in batches, each committed together with its cursor.
// Does: pass by the rows that others hold, in ranges of their own that come last; then wait for them, with nothing in hand.
// Does not: choose its ranges, or mind budgets; that is the step's.
#pragma once
#include <atomic>
#include <functional>

#include "base/error.hpp"
#include "mapping/derive.hpp"
#include "steps/locks.hpp"
#include "steps/pace.hpp"
#include "steps/step.hpp"

namespace segue::steps {

struct Shared {                                                  // between the workers and the step
  std::atomic<std::int64_t> scanned{0}, written{0};
  std::atomic<bool> stop{false}, paused{false};
  int ranges = 1;                                                // that there are at the start: numbers of later ones are this much apart
};

enum class Held { pass_by, wait_for };                           // what becomes of rows that others hold

class BackfillWorker {
 public:
  // `name`: of the step; `derived`: the rows of `mapping` derive others, instead of changing themselves.
  BackfillWorker(const std::string& url, const plan::Plan& plan, std::int64_t epoch, const mapping::Resolved& mapping,
                 std::string name, Held held, Shared& shared, const mapping::Derivation* derived = nullptr);
  void walk(int range);                                          // `range`: number of its cursor; returns at its end or when told to stop

 private:
  struct Cursor { std::optional<std::string> upper, last; int visit = 0; bool done = false; };
  struct Stretch { std::optional<std::string> upper; bool last = true; };        // what one visit covers; last of the range
  void read_cursor();
  void rest();
  void batch();
  Stretch next_stretch(std::int64_t rows);
  Cursor behind(const Stretch& visited) const;
  std::int64_t write(const std::optional<std::string>& upper);
  std::int64_t write_free_rows(const std::optional<std::string>& upper);
  void leave_behind(const std::optional<std::string>& upper);
  void write_cursor(const Cursor& next, std::int64_t scanned, std::int64_t written);
  void pass_by(fault::Point point, const std::function<void(const std::string&)>& record);
  void failed(const Error& error);

  pg::Connection db_;
  const plan::Plan& plan_;
  std::int64_t epoch_;
  const mapping::Resolved& mapping_;
  std::string name_;
  Held others_rows_;
  int range_ = 0;
  Shared& shared_;
  const mapping::Derivation* derived_;
  int classes_;
  int alone_ = 0;                                                // so many rows more go one by one
  Cursor cursor_;
  Stretch stretch_;                                              // of the visit before this one
  bool careful_ = false;                                         // others hold rows here: only free ones are written
  std::optional<std::string> held_;                              // a row that somebody holds, and the batch has to write
  Pace pace_;
  Clashes clashes_;
};

}  // namespace segue::steps
