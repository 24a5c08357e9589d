// What a patient asks for.
// Does: turn the JSON text of a booking into a request, or name every field that is wrong, not only the first.
// Does not: know the database (whether the service exists, whether there is room). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/answers.hpp"
#include "service/local_clock.hpp"

namespace segue::reservations {

using service::Date;
using service::FieldProblem;
using service::read_date;
using service::text_of;

struct BookingRequest {
  std::string patient_name, phone, birth_date, gender, treatment_type, service, preferred_date;
  std::optional<std::string> email, notes;
  std::optional<std::string> preferred_time, period;             // at least one; clients of both models are served
};

// Exactly one: the request, problems, or `malformed` (not a JSON object at all).
struct ParsedBooking {
  std::optional<BookingRequest> request;
  std::vector<FieldProblem> problems;
  bool malformed = false;
};

// `today`: the clinic's; a booking for today is allowed.
ParsedBooking parse_booking(std::string_view json, const Date& today);

// What the old model stores for a client that knows only periods: the start of that half of the day.
std::string time_of_period(std::string_view period);
// MORNING or AFTERNOON for a time typed as text; nothing where it cannot be read with certainty or by opening hours.
std::optional<std::string> period_of(std::string_view preferred_time);
// The period the new model stores: as asked for, else read from the time.
std::optional<std::string> period_of(const BookingRequest& request);

}  // namespace segue::reservations
