// What must hold of every reading of every text, whatever its bytes: used by the fuzz target and by the unit tests.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "values/reader.hpp"

namespace fuzz {

using segue::values::Certainty;
using segue::values::Reading;

inline std::vector<std::unique_ptr<const segue::values::Reader>> all_readers() {
  segue::values::Settings settings;
  settings.hours = segue::values::Hours::parse("09:00-12:00, 14:00-18:00");
  settings.becomes = segue::values::Becomes{{{12 * 60, "MORNING"}}, "AFTERNOON"};
  settings.labels = {{"ONE", {"first"}}, {"TWO", {"second"}}};
  settings.country = "KR";
  std::vector<std::unique_ptr<const segue::values::Reader>> readers;
  for (const auto& name : segue::values::reader_names()) readers.push_back(segue::values::make_reader(name, settings));
  readers.push_back(segue::values::make_reader("time-of-day", {}));
  return readers;
}

// Empty, or what is wrong with the reading.
inline std::string fault_of(const Reading& reading) {
  const bool read = reading.certainty != Certainty::unreadable;
  if (reading.rule.empty()) return "no rule";
  if (read && !reading.time && !reading.interval && !reading.meaning) return "read, but nothing came of it";
  if (!read && reading.meaning) return "unreadable, but it has a meaning";
  if (reading.time && (*reading.time < 0 || *reading.time >= 1440)) return "a time outside the day";
  if (!reading.interval) return "";
  const auto [from, to] = *reading.interval;
  if (from < 0 || from >= to || to > 36 * 60) return "an interval that is none";
  return "";
}

}  // namespace fuzz
