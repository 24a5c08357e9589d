// The grammar of a text about a time of day: which tokens may follow which.
// Does: find the one reading of a whole text as moments; refuse what is left over.
// Does not: decide between morning and afternoon (see time_of_day.cpp).
#pragma once
#include <optional>
#include <vector>

#include "values/time_tokens.hpp"

namespace segue::values {

struct Clock {
  int hour = 0, minute = 0;                                      // hour 24 only with minute 0
  bool leading_zero = false;                                     // written as a 24-hour clock writes it
};

// A clock, a part of the day, or both ("오전 9시"). At least one of them is there.
struct Moment {
  std::optional<Clock> clock;
  std::vector<Span> parts;
  bool is_point() const { return clock || parts.front().is_point(); }
};

struct Expression {
  enum class Form { single, range, after, until } form = Form::single;
  Moment first, second;
};

std::optional<Expression> parse_time(const std::vector<Token>& tokens);

}  // namespace segue::values
