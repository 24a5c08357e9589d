#include "service/body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/text.hpp"
#include "service/answers.hpp"
#include "service/local_clock.hpp"

namespace segue::service {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::size_t longest_code = 64, most_codes = 1000;

bool is_code(string_view text) {
  return !text.empty() && text.size() <= longest_code && text[0] >= 'A' && text[0] <= 'Z' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_phone(string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 6 && text.size() <= 32 && text.find_first_not_of("0123456789+-(). ") == string_view::npos;
}

bool has_control(string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
}

std::optional<std::string> problem_of_text(const Field& field, string_view text) {
  switch (field.kind) {
    case Kind::code: return is_code(text) ? std::nullopt : std::optional<std::string>("must be capitals, digits and _, a letter first");
    case Kind::date: return read_date(text) ? std::nullopt : std::optional<std::string>("must be a calendar date, YYYY-MM-DD");
    case Kind::time_of_day: return is_time_of_day(text) ? std::nullopt : std::optional<std::string>("must be a time, HH:MM");
    case Kind::instant: return is_instant(text) ? std::nullopt : std::optional<std::string>("must be a time in UTC, YYYY-MM-DDTHH:MM:SSZ");
    case Kind::phone: return is_phone(text) ? std::nullopt : std::optional<std::string>("must be a telephone number");
    case Kind::choice:
      if (std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end()) return std::nullopt;
      return "must be one of " + join(field.choices, ", ");
    default: break;
  }
  if (text.empty()) return "must not be empty";
  if (static_cast<std::int64_t>(text.size()) > field.most) return "is too long";
  if (has_control(text)) return "holds a control character";
  return std::nullopt;
}

std::optional<std::string> problem_of_codes(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr || list->empty() || list->size() > most_codes) return "must be a list of codes";
  std::set<string_view> seen;
  for (const auto& item : *list) {
    const auto* code = item.if_string();
    if (code == nullptr || !is_code({code->data(), code->size()})) return "must be a list of codes";
    if (!seen.insert({code->data(), code->size()}).second) return "holds a code twice";
  }
  return std::nullopt;
}

// The value as it goes on, or what is wrong with it.
std::optional<std::string> take(const Field& field, const json::value& value, json::object& values) {
  if (value.is_null()) {
    if (field.need != Field::Need::nullable) return "must not be null";
    values[field.name] = nullptr;
    return std::nullopt;
  }
  std::optional<std::string> problem;
  if (field.kind == Kind::codes) {
    problem = problem_of_codes(value);
    if (!problem) values[field.name] = value;
  } else if (field.kind == Kind::boolean) {
    if (value.is_bool()) values[field.name] = value;
    else problem = "must be true or false";
  } else if (field.kind == Kind::integer) {
    if (value.is_int64() && value.get_int64() >= field.least && value.get_int64() <= field.most) values[field.name] = value;
    else problem = fmt::format("must be a whole number from {} to {}", field.least, field.most);
  } else if (const auto* text = value.if_string()) {
    const auto trimmed = trim({text->data(), text->size()});
    problem = problem_of_text(field, trimmed);
    if (!problem) values[field.name] = trimmed;
  } else {
    problem = "must be text";
  }
  return problem;
}

std::vector<FieldProblem> read_fields(const json::object& object, const std::vector<Field>& fields, bool partial, json::object& values) {
  std::vector<FieldProblem> problems;
  for (const auto& field : fields) {
    const auto* value = object.if_contains(field.name);
    std::optional<std::string> problem;
    if (value != nullptr) problem = take(field, *value, values);
    else if (!partial && field.need == Field::Need::required) problem = "is missing";
    if (problem) problems.push_back({std::string(field.name), std::move(*problem)});
  }
  for (const auto& member : object) {
    const string_view name = member.key();
    if (std::none_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; }))
      problems.push_back({name.size() <= longest_code ? std::string(name) : "(a long name)", "is unknown"});
  }
  if (partial && object.empty())
    for (const auto& field : fields) problems.push_back({std::string(field.name), "one of these at least"});
  return problems;
}

}  // namespace

Body read_body(const net::Request& request, const std::vector<Field>& fields, bool partial) {
  Body body;
  if (request.content_type() != "application/json") {
    body.refused = refuse(415, "unsupported_media_type", "send application/json");
    return body;
  }
  boost::system::error_code error;
  const auto parsed = json::parse(request.body, error);
  if (error || !parsed.is_object()) {
    body.refused = refuse(400, "malformed", "the body is not a JSON object");
    return body;
  }
  const auto problems = read_fields(parsed.get_object(), fields, partial, body.values);
  if (!problems.empty()) body.refused = refuse_fields("invalid", problems);
  return body;
}

}  // namespace segue::service
