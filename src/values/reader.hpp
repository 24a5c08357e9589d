// A free text becomes a value: one interface for every way of reading.
// Does: read the whole text or nothing, and say by which rule and how surely.
// Does not: guess. What can mean two things is unreadable, and whoever asks queues it for a person.
//           Throws nothing for any bytes; the text never enters a rule. Pure, and safe to share between threads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "values/becomes.hpp"
#include "values/hours.hpp"
#include "values/reading.hpp"

namespace segue::values {

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;
  virtual Reading read(std::string_view raw) const = 0;
};

enum class DateOrder { day_first, month_first };

// What a reader may be told; each takes what concerns it.
struct Settings {
  std::vector<std::string> languages;                            // none named: all
  std::optional<Hours> hours;                                    // time-of-day
  std::optional<Becomes> becomes;                                // time-of-day; without it there are times but no meanings
  std::vector<std::pair<std::string, std::vector<std::string>>> labels;  // enum: label and its synonyms
  std::optional<std::int64_t> least, most;                       // integer
  std::optional<DateOrder> order;                                // date: what 01/02/2024 means; none: nobody knows
  std::vector<std::pair<std::string, std::string>> decided;      // raw text and meaning: goes before what is read
  std::string country;                                           // phone: "KR", for numbers written without a country code
};

// What is stored as the meaning: time-of-day the one of `becomes`, enum the label, integer "42", date "2024-02-01",
// phone "+821012345678", boolean "true" or "false".
const std::vector<std::string>& reader_names();
// Error{usage} for a name or a setting that is not known.
std::unique_ptr<const Reader> make_reader(const std::string& name, const Settings& settings);

}  // namespace segue::values
