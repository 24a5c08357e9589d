#include "steps/pace.hpp"

#include <algorithm>
#include <vector>

namespace segue::steps {
namespace {

constexpr std::size_t remembered = 10;
constexpr std::int64_t fewest = 1, most = 20'000;
// What a batch costs by itself is what some dozen rows cost: slowness does not make it smaller, or it would only grow slower. Locks do.
constexpr std::int64_t fewest_for_time = 20;
constexpr double least_duty = 0.05;                              // on a disk that is always slow the work must end, too

double ninetieth(const std::deque<double>& values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() - 1) * 9 / 10];
}

}  // namespace

// The ninetieth percentile of the last batches decides: by row, because batches of other sizes took other times.
void Pace::done(double batch_ms, double commit_ms, double backends_a_core) {
  const auto rows = static_cast<double>(rows_);
  last_ms_ = batch_ms;
  ms_a_row_.push_back(batch_ms / rows);
  if (ms_a_row_.size() > remembered) ms_a_row_.pop_front();
  // Growth at most 1.5x a batch; far over the limit: a tenth at once.
  const double fitting = limits_.batch_ms / std::max(ninetieth(ms_a_row_), 1e-6);
  const double wanted = batch_ms > 5 * limits_.batch_ms ? rows / 10 : std::clamp(fitting, rows / 2, std::max(rows * 1.5, rows + 1));
  const auto least = std::min(fewest_for_time, rows_ + (rows_ + 1) / 2);
  rows_ = std::clamp(static_cast<std::int64_t>(wanted), least, most);
  const double load = std::max(commit_ms / limits_.commit_ms, backends_a_core / limits_.backends_a_core);
  if (load > 1) duty_ /= 2;
  else if (load > 0.7) duty_ -= 0.1;
  else if (load < 0.4) duty_ += 0.1;
  duty_ = std::clamp(duty_, least_duty, 1.0);
}

void Pace::clashed() { rows_ = std::max(fewest, rows_ / 4); }

double Pace::rest_ms() const { return last_ms_ * (1 - duty_) / duty_; }

}  // namespace segue::steps
