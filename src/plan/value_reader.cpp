#include "plan/value_reader.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace segue::plan {
namespace {

values::Becomes becomes_of(const ValueDef& value) {
  values::Becomes becomes;
  for (const auto& boundary : value.becomes) becomes.boundaries.push_back({values::clock_of(boundary.before).value(), boundary.meaning});
  becomes.otherwise = value.otherwise;
  return becomes;
}

values::Settings settings_of(const ValueDef& value) {
  values::Settings settings;
  settings.languages = value.languages;
  if (value.hours) settings.hours = values::Hours::parse(*value.hours);
  if (!value.becomes.empty()) settings.becomes = becomes_of(value);
  settings.labels = value.labels;
  settings.least = value.least;
  settings.most = value.most;
  if (value.order) settings.order = *value.order == "day-first" ? values::DateOrder::day_first : values::DateOrder::month_first;
  settings.decided = value.decided;
  settings.country = value.country;
  return settings;
}

}  // namespace

std::unique_ptr<const values::Reader> reader_of(const ValueDef& value) {
  if (!value.expression.empty())
    throw Error(ErrorCode::plan_file, value.where.text() + ": value \"" + value.name + "\" is read by SQL, by no reader");
  try {
    return values::make_reader(value.reader, settings_of(value));
  } catch (const Error& error) {
    throw Error(ErrorCode::plan_file, value.where.text() + ": " + error.message(), error.hint());
  }
}

std::optional<std::vector<std::string>> meanings_of(const ValueDef& value) {
  std::vector<std::string> meanings;
  const auto add = [&](const std::string& meaning) {
    if (!meaning.empty() && std::ranges::find(meanings, meaning) == meanings.end()) meanings.push_back(meaning);
  };
  for (const auto& boundary : value.becomes) add(boundary.meaning);
  add(value.otherwise);
  for (const auto& [label, synonyms] : value.labels) add(label);
  if (value.reader == "boolean") meanings = {"true", "false"};
  if (meanings.empty()) return std::nullopt;
  if (value.live) add(*value.live);
  return meanings;
}

bool may_mean(const ValueDef& value, const std::string& meaning) {
  if (const auto known = meanings_of(value)) return std::ranges::find(*known, meaning) != known->end();
  if (!value.expression.empty()) return !meaning.empty();
  auto undecided = value;
  undecided.decided.clear();
  return reader_of(undecided)->read(meaning).meaning == meaning;
}

}  // namespace segue::plan
