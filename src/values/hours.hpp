// Opening hours: one window or several, as in "09:00-12:00, 14:00-18:00". They settle a text such as "2:00".
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "values/reading.hpp"

namespace segue::values {

class Hours {
 public:
  // Nothing if the text is not a list of windows, in order and apart.
  static std::optional<Hours> parse(std::string_view text);

  bool open_at(int minute) const;                                // from <= minute < to, in one of the windows
  bool within(int minute) const;                                 // between the first opening and the last closing: lunch breaks count

 private:
  std::vector<Interval> windows_;
};

// "00:00" to "24:00", in exactly that form.
std::optional<int> clock_of(std::string_view text);

}  // namespace segue::values
