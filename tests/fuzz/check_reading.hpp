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

// The last of them is the plain time-of-day reader: no hours, no meanings.
using Readers = std::vector<std::unique_ptr<const segue::values::Reader>>;

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

// Empty, or what is wrong with how this reader, one of the readers, takes the text.
inline std::string fault_of(const Readers& readers, const segue::values::Reader& reader, std::string_view text) {
  const auto reading = reader.read(text);
  if (auto fault = fault_of(reading); !fault.empty()) return fault;
  if (text.size() < 390 && reader.read(" " + std::string(text) + "\t").meaning != reading.meaning) return "spaces around the text change its meaning";
  if (reading.time && readers.back()->read(segue::values::clock_text(*reading.time)).time != reading.time) return "what is printed of it reads to another time";
  return "";
}

}  // namespace fuzz
