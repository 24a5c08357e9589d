#include "plan/value_reader.hpp"

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

}  // namespace segue::plan
