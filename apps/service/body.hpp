// The JSON bodies of administrators' calls, checked against a list of fields.
// Does: name every field that is missing, wrong or unknown, not only the first; texts come back trimmed.
// Does not: repeat a value in a problem. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace segue::service {

// instant: "2026-01-31T08:30:00Z".
enum class Kind { text, integer, boolean, choice, date, time_of_day, instant, code, phone, codes };

struct Field {
  std::string_view name;
  Kind kind;
  enum class Need { required, optional, nullable } need = Need::required;
  std::int64_t least = 0, most = 200;                            // of a number, or of a text's bytes
  std::vector<std::string> choices = {};
};

// Exactly one: the values of the fields that were given, or the answer that refuses them.
struct Body {
  boost::json::object values;
  std::optional<net::Response> refused;
  bool has(std::string_view name) const { return values.contains(name); }
  std::string text(std::string_view name) const { return std::string(values.at(name).as_string()); }
};

// `partial`: no field is required, but one at least must be there.
Body read_body(const net::Request& request, const std::vector<Field>& fields, bool partial = false);

}  // namespace segue::service
