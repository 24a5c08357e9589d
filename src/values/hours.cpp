#include "values/hours.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace segue::values {

std::optional<int> clock_of(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return hour * 60 + minute;
}

std::optional<Hours> Hours::parse(std::string_view text) {
  Hours hours;
  for (const auto& part : split_text(text, ',')) {
    const auto ends = split_text(trim(part), '-');
    if (ends.size() != 2) return std::nullopt;
    const auto from = clock_of(ends[0]), to = clock_of(ends[1]);
    if (!from || !to || *from >= *to) return std::nullopt;
    if (!hours.windows_.empty() && *from <= hours.windows_.back().to) return std::nullopt;
    hours.windows_.push_back({*from, *to});
  }
  return hours;
}

bool Hours::open_at(int minute) const {
  return std::ranges::any_of(windows_, [&](const Interval& window) { return window.from <= minute && minute < window.to; });
}

bool Hours::within(int minute) const { return windows_.front().from <= minute && minute < windows_.back().to; }

}  // namespace segue::values
