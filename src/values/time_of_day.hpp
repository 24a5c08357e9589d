// A free text such as "9:00 AM", "오후 2시 반" or "14:00~15:00" becomes a time of day.
// Does: read one time, range or part of day, in English or Korean, the whole text or not at all.
// Does not: guess. A text that can mean two times is unreadable, and whoever asks queues it for a person.
//           Throws nothing for any bytes, and the text never enters `rule`. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::values {

struct Hours { int open, close; };                               // minutes of the day; open <= t < close

struct TimeReading {
  std::optional<int> minute;                                     // the time that decides; of a range: its start
  std::optional<std::pair<int, int>> interval;                   // [from, to) of a range or part of day
  std::string rule;                                              // which rule read it, or why none did
  enum class Certainty { certain, by_hours, unreadable } certainty = Certainty::unreadable;
};
std::string_view name_of(TimeReading::Certainty certainty);      // "certain", "by hours", "unreadable", as journaled

// A range that crosses noon, and a part of day, have an interval and no minute.
// Without am or pm an hour from 1 to 6 that is not written with a zero ("2:00", "2시") is taken for the one of its two
// times that lies in the opening hours; without these, or with both inside, it is unreadable.
TimeReading read_time_of_day(std::string_view raw, std::optional<Hours> hours = {});

// The meaning of the first boundary (minutes) that the time lies before. An interval must lie wholly on one side of
// each boundary: otherwise, and for an unreadable text, there is no meaning.
std::optional<std::string> meaning_of(const TimeReading& reading, const std::vector<std::pair<int, std::string>>& before,
                                      const std::string& otherwise);

}  // namespace segue::values
