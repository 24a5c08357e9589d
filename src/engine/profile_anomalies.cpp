#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/profile.hpp"
#include "journal/decisions.hpp"
#include "plan/value_reader.hpp"
#include "values/normal.hpp"

namespace segue::engine {

namespace {

constexpr double one_sided = 0.95, worth_telling = 0.005, margin = 0.1;
constexpr std::int64_t least_rows = 20;
constexpr int least_days = 10;
constexpr std::size_t most_told = 20;                            // of a kind

std::optional<int> day_of(const std::string& date) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(date.c_str(), "%d-%u-%u", &year, &month, &day) != 3) return std::nullopt;
  const std::chrono::year_month_day when{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!when.ok()) return std::nullopt;
  return static_cast<int>(std::chrono::sys_days(when).time_since_epoch().count());
}

// Texts that look alike and mean different things: one of them was decided wrong.
void find_look_alikes(Profile& profile, const std::vector<ProfiledText>& texts) {
  std::map<std::u16string, std::map<std::string, std::string>> alike;   // normal form -> meaning -> a text's id
  for (const auto& text : texts)
    if (text.meaning) alike[values::normalised(text.raw).text].emplace(*text.meaning, journal::text_id(text.raw));
  std::size_t told = 0;
  for (const auto& [normal, meanings] : alike) {
    if (meanings.size() < 2 || ++told > most_told) continue;
    std::vector<std::string> each;
    for (const auto& [meaning, id] : meanings) each.push_back("text " + id + " means " + meaning);
    profile.anomalies.push_back("one value, several meanings: " + join(each, ", ") + ", and they look alike");
  }
}

void find_contradictions(Profile& profile, const std::vector<ProfiledText>& texts, const plan::ValueDef* value) {
  if (value == nullptr || !value->expression.empty()) return;
  auto undecided = *value;
  undecided.decided.clear();
  const auto reader = plan::reader_of(undecided);
  std::size_t told = 0;
  for (const auto& text : texts) {
    if (text.certainty != "decided") continue;
    const auto read = reader->read(text.raw).meaning;
    if (read && read != text.meaning && ++told <= most_told)
      profile.anomalies.push_back(fmt::format("one value, several meanings: text {} was decided to be {}, the reader would read {}", journal::text_id(text.raw),
                                              text.meaning.value_or("nothing"), *read));
  }
}

void find_one_sided(Profile& profile) {
  for (const auto& meaning : profile.meanings)
    if (static_cast<double>(meaning.rows) >= one_sided * static_cast<double>(profile.read) && profile.meanings.size() > 0 && profile.read > 0)
      profile.anomalies.push_back(fmt::format("{:.2f} % of the rows that are read are {}: likely read wrong",
                                              100 * static_cast<double>(meaning.rows) / static_cast<double>(profile.read), meaning.name));
}

// A format that came or went with a release of the application.
void find_beginnings(Profile& profile, const std::vector<ProfiledShape>& shapes) {
  const auto first = day_of(profile.first), last = day_of(profile.last);
  if (!first || !last || *last - *first < least_days) return;
  const double span = *last - *first;
  std::size_t told = 0;
  for (const auto& shape : shapes) {
    const auto began = day_of(shape.first), ended = day_of(shape.last);
    if (!began || !ended || shape.rows < least_rows || static_cast<double>(shape.rows) < worth_telling * static_cast<double>(profile.rows)) continue;
    const bool starts = *began - *first > margin * span, stops = *last - *ended > margin * span;
    if ((!starts && !stops) || ++told > most_told) continue;
    profile.anomalies.push_back(fmt::format("format {} {}{}{} ({} rows)", shape.shape, starts ? "starts on " + shape.first : "", starts && stops ? " and " : "",
                                            stops ? "stops on " + shape.last : "", grouped(shape.rows)));
  }
}

}  // namespace

void add_anomalies(Profile& profile, const std::vector<ProfiledText>& texts, const std::vector<ProfiledShape>& shapes, const plan::ValueDef* value) {
  find_look_alikes(profile, texts);
  find_contradictions(profile, texts, value);
  find_one_sided(profile);
  find_beginnings(profile, shapes);
}

}  // namespace segue::engine
