// The words, numbers and signs of a text about a time of day.
// Does: normalise (NFKC, case, spaces, digits, dashes, colons) and look words up in one vocabulary.
// Does not: know what order they may stand in (see time_of_day.cpp).
#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace segue::values {

enum class Kind {
  number, colon, dot, dash, slash, plus,
  hour, minute, second, half,                                    // 시 h o'clock, 분 min, 초, 반
  day_part,                                                      // am, 오후, morning, noon, ...: see Span
  from, to, conjunction, after, until,                                  // 부터 stands behind its time: `from`
  filler,                                                        // 쯤, about, ...: changes nothing
  hours,                                                         // 시간, hours: also a duration
  year, month, day, date_time, utc,
  unknown,
};

// What a part of the day covers, in minutes; it may pass midnight. Noon and midnight are one minute long.
struct Span {
  int from = 0, to = 0;
  bool alone = false;                                            // whether it says enough without a clock
  bool contains(int minute) const;
  bool is_point() const { return to == from + 1; }
};

struct Token {
  Kind kind;
  int value = 0;                                                 // of a number
  int digits = 0;                                                // of a number as written; 0 for one in words
  Span span = {};                                                // of a day_part
  bool gap = false;                                              // a space stands before it
};

// Nothing if the text is not UTF-8. Brackets count as spaces; what is not known becomes Kind::unknown.
std::optional<std::vector<Token>> tokens_of(std::string_view raw);

}  // namespace segue::values
