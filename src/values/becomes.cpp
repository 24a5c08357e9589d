#include "values/becomes.hpp"

namespace segue::values {

std::optional<std::string> Becomes::meaning(const Interval& interval) const {
  constexpr int day = 24 * 60;
  if (interval.to > day) {                                       // "night" goes on in the morning
    const auto tonight = meaning({interval.from, day}), tomorrow = meaning({0, interval.to - day});
    return tonight == tomorrow ? tonight : std::nullopt;
  }
  for (const auto& boundary : boundaries) {
    if (interval.to <= boundary.before) return boundary.meaning;
    if (interval.from < boundary.before) return std::nullopt;
  }
  return otherwise;
}

Reading with_meaning(Reading reading, const Becomes& becomes) {
  if (reading.certainty == Certainty::unreadable) return reading;
  const auto interval = reading.interval ? *reading.interval : Interval{*reading.time, *reading.time + 1};
  reading.meaning = becomes.meaning(interval);
  if (!reading.meaning) {
    reading.rule += " across a boundary of the meanings";
    reading.certainty = Certainty::unreadable;
  }
  return reading;
}

}  // namespace segue::values
