// What a reader makes of a text: a value, how it came by it, and how sure it is.
// Does not: hold the text itself; a reading may be logged, a text may not.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace segue::values {

// by_hours: right because the house is closed at the other time the text could mean. decided: by a person.
enum class Certainty { certain, by_hours, decided, unreadable };
std::string_view name_of(Certainty certainty);                   // "certain", "by hours", "decided", "unreadable", as journaled

// Minutes of the day, [from, to); `to` is beyond 24:00 where it lies in the next day.
struct Interval {
  int from = 0, to = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Reading {
  std::optional<int> time;                                       // minutes; of a range: its start
  std::optional<Interval> interval;                              // of a range, a part of day, "about" and "after"
  std::string part;                                              // "morning", "noon", ...: the part of day the text names
  std::optional<std::string> meaning;                            // what is stored; none: a person has to look
  std::string rule;                                              // which rule read it, or why none did
  Certainty certainty = Certainty::unreadable;
};

Reading unreadable(std::string why);
std::string clock_text(int minute);                              // 570 -> "09:30"
std::string interval_text(const Interval& interval);             // "09:00-11:00"; "19:00-05:00" of a night

}  // namespace segue::values
