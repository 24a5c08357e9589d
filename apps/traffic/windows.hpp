// What happened in each second of a run.
// Does: count requests in the second they were due (not the one they were answered in), write and read the
//       windows file, add up any interval of it.
// Does not: know a clock or send anything.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "traffic/histogram.hpp"
#include "traffic/verdict.hpp"

namespace segue::traffic {

// Requests one path answered, and those that failed for a patient whom it had answered before.
struct Side {
  std::uint64_t answered = 0, failed = 0;
  Histogram latency;                                             // of those it answered
  void add(const Side& other);
};

struct Window {
  std::uint64_t sent = 0, failed = 0, full = 0, repeated = 0;    // repeated: needed more than one try
  Side old_path, new_path;
  Histogram latency;                                             // of every request that ended, failed ones too
  std::string phase;                                             // as the phase file said; may be empty
  void ended(const Verdict& verdict, std::uint64_t microseconds, bool again);
  void add(const Window& other);
};

class Windows {
 public:
  void sent(std::int64_t second, std::string_view phase);
  void ended(std::int64_t second, const Verdict& verdict, std::uint64_t microseconds, bool again);
  const std::map<std::int64_t, Window>& all() const { return windows_; }
  // Seconds from `from` up to, not including, `to`.
  Window sum(std::int64_t from, std::int64_t to) const;

  // Replaces the file in one step. Windows before `settled` are not looked at again, except by a write with 0.
  void write(const std::string& path, std::int64_t settled);
  // Error{not_found}, or Error{usage} where the file is not one of these.
  static Windows read(const std::string& path);

 private:
  std::map<std::int64_t, Window> windows_;
  std::string settled_text_;                                     // those written for good
  std::int64_t settled_ = 0;
};

}  // namespace segue::traffic
