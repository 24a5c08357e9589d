// The wish for a time of day, as people really typed it into a free text field.
// Does: offer about 150 distinct texts with the share of rows that hold each, and what a person takes each to mean.
// Does not: read or interpret a text; that is the migration's business.
#pragma once
#include <string_view>
#include <vector>

#include "base/random.hpp"

namespace segue::reservations {

enum class Meant { morning, afternoon, nobody_knows };

struct TimeText {
  std::string_view text;
  Meant meant;
  unsigned weight;                                               // share of rows, by the sum of all
};
const std::vector<TimeText>& time_texts();

// Draws by weight, among all texts or among those of one meaning.
class TimeTexts {
 public:
  TimeTexts();
  const TimeText& any(Random& random) const { return draw(all_, random); }
  const TimeText& readable(Random& random) const { return draw(readable_, random); }
  const TimeText& morning(Random& random) const { return draw(morning_, random); }

 private:
  struct Running { unsigned up_to; const TimeText* text; };
  static void add(std::vector<Running>& list, const TimeText& text);
  static const TimeText& draw(const std::vector<Running>& list, Random& random);
  std::vector<Running> all_, readable_, morning_;
};

}  // namespace segue::reservations
