#include "reservations/booking_request.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.hpp"
#include "values/reader.hpp"

namespace segue::reservations {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::array<string_view, 3> genders{"MALE", "FEMALE", "OTHER"};
constexpr std::array<string_view, 2> treatment_types{"FIRST_VISIT", "FOLLOW_UP"};
constexpr std::array<string_view, 2> periods{"MORNING", "AFTERNOON"};

// NUL cannot be stored, and no other control character belongs into a field; notes may have line ends.
bool has_control(string_view text, bool lines) {
  return std::any_of(text.begin(), text.end(), [&](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7F;
  });
}

class Reader {
 public:
  explicit Reader(const json::object& body) : body_(body) {}

  std::optional<std::string> optional(string_view name, std::size_t longest, bool lines = false) {
    const auto* value = body_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    const auto* text = value->if_string();
    if (text == nullptr) return wrong(name, "must be text");
    const auto trimmed = trim({text->data(), text->size()});
    if (trimmed.empty()) return std::nullopt;
    if (trimmed.size() > longest) return wrong(name, "is too long");
    if (has_control(trimmed, lines)) return wrong(name, "holds a control character");
    return std::string(trimmed);
  }

  std::string required(string_view name, std::size_t longest) {
    const auto before = problems.size();
    auto text = optional(name, longest);
    if (!text && problems.size() == before) wrong(name, "is missing");
    return text.value_or("");
  }

  template <std::size_t N>
  std::string one_of(string_view name, const std::array<string_view, N>& allowed) {
    auto text = required(name, 64);
    if (!text.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end())
      wrong(name, "must be one of " + join({allowed.begin(), allowed.end()}, ", "));
    return text;
  }

  std::optional<Date> date(string_view name, std::string& text) {
    text = required(name, 64);
    if (text.empty()) return std::nullopt;
    const auto date = read_date(text);
    if (!date) wrong(name, "must be a calendar date, YYYY-MM-DD");
    return date;
  }

  std::nullopt_t wrong(string_view name, std::string problem) {
    problems.push_back({std::string(name), std::move(problem)});
    return std::nullopt;
  }

  std::vector<FieldProblem> problems;

 private:
  const json::object& body_;
};

void read_contact(Reader& reader, BookingRequest& request) {
  request.patient_name = reader.required("patient_name", 200);
  request.phone = reader.required("phone", 32);
  const auto digits = std::count_if(request.phone.begin(), request.phone.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool odd = request.phone.find_first_not_of("0123456789+-(). ") != std::string::npos;
  if (!request.phone.empty() && (odd || digits < 6)) reader.wrong("phone", "must be a telephone number");
  request.email = reader.optional("email", 254);
  if (!request.email) return;
  const auto at = request.email->find('@');
  const bool one = at != std::string::npos && at == request.email->rfind('@');
  if (!one || at == 0 || at + 1 == request.email->size() || request.email->find(' ') != std::string::npos)
    reader.wrong("email", "must be an e-mail address");
}

void read_time(Reader& reader, BookingRequest& request) {
  const auto before = reader.problems.size();
  request.preferred_time = reader.optional("preferred_time", 200);
  request.period = reader.optional("period", 64);
  if (request.period && std::find(periods.begin(), periods.end(), *request.period) == periods.end())
    reader.wrong("period", "must be one of MORNING, AFTERNOON");
  if (!request.preferred_time && !request.period && reader.problems.size() == before)
    reader.wrong("preferred_time", "is missing, and so is period");
}

}  // namespace

ParsedBooking parse_booking(std::string_view text, const Date& today) {
  boost::system::error_code error;
  const auto body = json::parse({text.data(), text.size()}, error);
  ParsedBooking parsed;
  parsed.malformed = error.failed() || !body.is_object();
  if (parsed.malformed) return parsed;

  Reader reader(body.get_object());
  BookingRequest request;
  read_contact(reader, request);
  const auto birth = reader.date("birth_date", request.birth_date);
  if (birth && (*birth > today || birth->year() < std::chrono::year(1900))) reader.wrong("birth_date", "must be a date of birth");
  request.gender = reader.one_of("gender", genders);
  request.treatment_type = reader.one_of("treatment_type", treatment_types);
  request.service = reader.required("service", 64);
  const auto day = reader.date("preferred_date", request.preferred_date);
  if (day && *day < today) reader.wrong("preferred_date", "must not be in the past");
  read_time(reader, request);
  request.notes = reader.optional("notes", 4000, true);
  parsed.problems = std::move(reader.problems);
  if (parsed.problems.empty()) parsed.request = std::move(request);
  return parsed;
}

std::string time_of_period(std::string_view period) { return period == "MORNING" ? "09:00" : "14:00"; }

std::optional<std::string> period_of(std::string_view preferred_time) {
  static const auto reader = [] {                                // as in plans/hospital-services
    values::Settings settings;
    settings.hours = values::Hours::parse("09:00-18:00");
    settings.becomes = values::Becomes{{{12 * 60, "MORNING"}}, "AFTERNOON"};
    return values::make_reader("time-of-day", settings);
  }();
  return reader->read(preferred_time).meaning;
}

std::optional<std::string> period_of(const BookingRequest& request) {
  if (request.period) return request.period;
  return request.preferred_time ? period_of(std::string_view(*request.preferred_time)) : std::nullopt;
}

}  // namespace segue::reservations
