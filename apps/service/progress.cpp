#include "service/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/text.hpp"

namespace segue::service {
namespace {

constexpr std::chrono::milliseconds terminal_pace(100), plain_pace(2000);

}  // namespace

Progress::Progress(std::string_view unit, std::int64_t total)
    : unit_(unit), total_(total), terminal_(::isatty(STDERR_FILENO) == 1), begin_(Clock::now()),
      next_(begin_ + (terminal_ ? terminal_pace : plain_pace)) {}

void Progress::add(std::int64_t count) {
  done_ += count;
  if (done_ % 256 != 0 || Clock::now() < next_) return;
  next_ = Clock::now() + (terminal_ ? terminal_pace : plain_pace);
  show();
}

double Progress::elapsed() const {
  return std::max(std::chrono::duration<double>(Clock::now() - begin_).count(), 1e-6);
}

void Progress::show() {
  const double rate = static_cast<double>(done_) / elapsed();
  const double left = static_cast<double>(total_ - done_) / std::max(rate, 1e-6);
  fmt::print(stderr, "{}{} of {} {}, {}/s, {:.0f} s left{}", terminal_ ? "\r\x1b[K" : "", grouped(done_), grouped(total_),
             unit_, grouped(static_cast<std::int64_t>(rate)), left, terminal_ ? "" : "\n");
  std::fflush(stderr);
  shown_ = true;
}

double Progress::finish() {
  const double seconds = elapsed();
  if (terminal_ && shown_) fmt::print(stderr, "\r\x1b[K");
  return seconds;
}

}  // namespace segue::service
