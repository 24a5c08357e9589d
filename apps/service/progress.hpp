// How far a long command is: one live line on a terminal, a plain line every two seconds otherwise.
// Does: write to standard error, so that standard output stays the command's answer.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

namespace segue::service {

class Progress {
 public:
  Progress(std::string_view unit, std::int64_t total);
  void add(std::int64_t count);
  // Ends the line; the seconds since the start, never 0.
  double finish();

 private:
  using Clock = std::chrono::steady_clock;
  double elapsed() const;
  void show();
  std::string_view unit_;
  std::int64_t total_, done_ = 0;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point begin_, next_;
};

}  // namespace segue::service
