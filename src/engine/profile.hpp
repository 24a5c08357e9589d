// What stands in a column of free text: one pass over the table, by several workers, in memory that does not grow with it.
// Does: count texts and shapes, with dates; ask the plan's reader what each would mean; name what is odd.
// Does not: write anything, or read a text twice. Beyond `texts_kept` different texts the counts of single texts are
// approximate, and say so; those of rules and meanings never are.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct ProfileOptions {
  std::string date;                                              // column that says when a row was made; "": unknown
  int workers = 4;
  std::size_t top = 50;                                          // texts and shapes listed
  std::size_t texts_kept = 50'000;
};

struct ProfiledText {
  std::string raw, first, last, rule, certainty;
  std::optional<std::string> meaning;
  std::int64_t rows = 0, maybe_more = 0;
};
struct ProfiledShape { std::string shape, first, last; std::int64_t rows = 0, maybe_more = 0, read = 0; };
struct ProfiledShare { std::string name, certainty; std::int64_t rows = 0; };

struct Profile {
  std::string table, column, value;                              // value: "" where no plan says how to read
  std::string first, last;
  std::int64_t rows = 0, nulls = 0, empty = 0, distinct = 0, read = 0;
  bool approximate = false;
  std::string provisional;                                       // what unread rows get; "" if nothing
  std::vector<ProfiledText> texts;
  std::vector<ProfiledShape> shapes;
  std::vector<ProfiledShare> rules, meanings;
  std::vector<std::string> anomalies;                            // sentences; they name shapes and ids of texts, no text
};

// `value`: how to read; without one texts are only counted. Error{not_found} for a table or column that is not there.
Profile profile(const std::string& url, const plan::Plan& plan, const plan::ValueDef* value, const sql::QualifiedName& table, const std::string& column,
                const ProfileOptions& options, Progress& progress);

// ---- parts (profile_anomalies.cpp)
void add_anomalies(Profile& profile, const std::vector<ProfiledText>& texts, const std::vector<ProfiledShape>& shapes, const plan::ValueDef* value);

}  // namespace segue::engine
