// The grammar of a text about a time of day: which tokens may follow which.
// Does: find the one reading of a whole text as moments; refuse what is left over.
// Does not: decide between morning and afternoon (see time_of_day.cpp).
#pragma once
#include <optional>
#include <vector>

#include "values/time_tokens.hpp"

namespace segue::values {

struct Clock {
  int minute = 0;                                                // of the day, as written; 24:00 is 1440
  // exact: as only a 24-hour clock writes it ("09:00", "14"); written: "10:00"; bare: "9", "9:00", "10시".
  enum class Style { exact, written, bare } style = Style::bare;
  enum class Sign { none, loose, colon, unit } sign = Sign::none;  // what makes it a clock: nothing, "9-30", "9:30", "9시"
  bool in_words = false;
  bool compact = false;                                          // "0930"
  bool needs_part = false;                                       // "9.05", "200", "1437": a time only beside a word such as am
  bool maybe_year = false;                                       // "2015"
};

// A clock, a part of the day, or both ("오전 9시"). At least one of them is there.
struct Moment {
  std::optional<Clock> clock;
  std::vector<Part> parts;
  bool about = false;                                            // 쯤, around
  bool at = false;                                               // "at 9": said to be a time
  bool day_named = false;                                        // "Monday 9:00"
  bool is_point() const { return clock || parts.front().is_point(); }
  bool is_marked() const { return at || about || !parts.empty() || (clock && clock->sign >= Clock::Sign::colon); }
};

struct Expression {
  enum class Form { single, range, several, since, after, until } form = Form::single;
  std::vector<Moment> moments;
  std::optional<Part> within;                                    // "in the evening, after 18:00"
  bool dated = false;                                            // a date stands before it
};

std::optional<Expression> parse_time(const std::vector<Token>& tokens);

}  // namespace segue::values
