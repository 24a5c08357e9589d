// How large a batch is and how long to rest after it. Pure: times go in, decisions come out.
// Does: size batches by time, not by a fixed number of rows; give the database air when commits get slow or the
//       application is busy.
// Does not: measure or sleep.
#pragma once
#include <cstdint>
#include <deque>

namespace segue::steps {

class Pace {
 public:
  struct Limits {
    double batch_ms = 100;                                       // the longest the application may wait for one batch's rows
    double commit_ms = 50;                                       // slower commits: the disk is busy with others
    double backends_a_core = 4;                                  // active application sessions
  };
  Pace() = default;
  explicit Pace(Limits limits) : limits_(limits) {}

  std::int64_t rows() const { return rows_; }
  // After a batch: its whole time and its COMMIT's, in milliseconds; active application sessions a core.
  void done(double batch_ms, double commit_ms, double backends_a_core);
  // A lock timeout or deadlock: smaller next time.
  void clashed();
  // Time to rest before the next batch, in milliseconds.
  double rest_ms() const;
  double duty() const { return duty_; }

 private:
  Limits limits_;
  std::int64_t rows_ = 500;
  double duty_ = 1;
  double last_ms_ = 0;
  std::deque<double> ms_a_row_;
};

}  // namespace segue::steps
