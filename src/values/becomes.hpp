// The plan's `becomes`: which meaning a time of day has. Read top down, the first boundary that the time lies before wins.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "values/reading.hpp"

namespace segue::values {

struct Becomes {
  struct Boundary { int before; std::string meaning; };
  std::vector<Boundary> boundaries;                              // ascending
  std::string otherwise;

  // An interval has a meaning only if each minute of it has the same one.
  std::optional<std::string> meaning(const Interval& interval) const;
};

// The reading with its meaning; unreadable, with the times kept, where it has none.
Reading with_meaning(Reading reading, const Becomes& becomes);

}  // namespace segue::values
