#include "values/reading.hpp"

#include <fmt/format.h>

namespace segue::values {

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::certain: return "certain";
    case Certainty::by_hours: return "by hours";
    case Certainty::decided: return "decided";
    case Certainty::unreadable: return "unreadable";
  }
  return "unreadable";
}

Reading unreadable(std::string why) {
  Reading reading;
  reading.rule = std::move(why);
  return reading;
}

std::string clock_text(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

std::string interval_text(const Interval& interval) { return clock_text(interval.from) + "-" + clock_text(interval.to > 24 * 60 ? interval.to - 24 * 60 : interval.to); }

}  // namespace segue::values
