// From what a text says to a time of the day: which of its two times a 12-hour clock means, where a range ends.
// Does not: know words, or what becomes of the time.
#pragma once
#include <optional>

#include "values/hours.hpp"
#include "values/time_grammar.hpp"

namespace segue::values {

// Without am or pm an hour from 1 to 11 that is not written with a zero ("2:00", "9시") can be two times. Opening hours
// decide if the house is open at one of them only; without hours, 7 to 11 are taken as a 24-hour clock writes them.
Reading resolve(const Expression& expression, const std::optional<Hours>& hours);

}  // namespace segue::values
