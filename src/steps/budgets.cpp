#include "steps/budgets.hpp"

#include <algorithm>
#include <iterator>

namespace segue::steps {
namespace {

constexpr double spent = 1, calm = 0.8;
constexpr auto calm_for = std::chrono::seconds(5), longest_blind = std::chrono::seconds(15);

bool holds_back(const Reading& reading) { return !reading.used || *reading.used >= calm; }

}  // namespace

// Not seen for too long. A look in between that succeeds begins the time anew.
bool Budgets::blind(Time now, const std::vector<Reading>& readings) {
  std::map<std::string, Time> since;
  for (const auto& reading : readings)
    if (!reading.used) since[reading.budget] = unseen_since_.contains(reading.budget) ? unseen_since_[reading.budget] : now;
  unseen_since_ = std::move(since);
  return std::any_of(unseen_since_.begin(), unseen_since_.end(), [&](const auto& entry) { return now - entry.second >= longest_blind; });
}

void Budgets::look(Time now, const std::vector<Reading>& readings) {
  const bool is_blind = blind(now, readings);
  const bool is_spent = std::any_of(readings.begin(), readings.end(), [](const auto& reading) { return reading.used && *reading.used >= spent; });
  stopped_ = stopped_ || is_blind || is_spent;
  reasons_.clear();
  if (!stopped_) return;
  std::copy_if(readings.begin(), readings.end(), std::back_inserter(reasons_), holds_back);
  if (!reasons_.empty()) return calm_since_.reset();
  if (!calm_since_) calm_since_ = now;
  if (now - *calm_since_ < calm_for) return;
  stopped_ = false;
  calm_since_.reset();
}

}  // namespace segue::steps
