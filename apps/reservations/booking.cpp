#include "reservations/booking.hpp"

#include <algorithm>
#include <array>

#include "reservations/booking_parts.hpp"

namespace segue::reservations {
namespace {

// One order for everybody who locks several dates, so that nobody waits in a circle.
pg::Query lock_dates(const Bookings& bookings) {
  std::vector<std::string> dates;
  for (const auto* booking : bookings) dates.push_back(booking->request.preferred_date);
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  std::string array;
  for (const auto& date : dates) array += (array.empty() ? "{" : ",") + date;
  return {"booking.lock", "select pg_advisory_xact_lock(hashtextextended('booking:' || date, 0)) from unnest($1::text[]) as date"_sql,
          {array + "}"}};
}

void append_quoted(std::string& array, const std::string& text) {
  array += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

BookingAnswer::Kind kind_of(std::string_view verdict) {
  using Kind = BookingAnswer::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 7> kinds{{
      {"booked", Kind::booked}, {"repeated", Kind::repeated}, {"mismatch", Kind::mismatch}, {"invalid service", Kind::invalid_service},
      {"closed", Kind::closed}, {"full", Kind::full}, {"undecided", Kind::undecided}}};
  for (const auto& [name, kind] : kinds)
    if (name == verdict) return kind;
  throw Error(ErrorCode::system, "a booking has no verdict");
}

// By its meaning: another path, or a migration, may have written the text.
bool same_time(const std::string& stored, const std::string& asked) {
  return stored == asked || (period_of(stored) && period_of(stored) == period_of(asked));
}

}  // namespace

std::string array_of(const Bookings& bookings, const std::function<const std::string*(const Booking&)>& element) {
  std::string array = "{";
  for (const auto* booking : bookings) {
    if (array.size() > 1) array += ',';
    const auto* text = element(*booking);
    if (text == nullptr) array += "NULL";
    else append_quoted(array, *text);
  }
  return array + "}";
}

pg::Params common_arrays(const Bookings& bookings) {
  static const std::string yes = "t", no = "f";
  const auto required = [&](std::string BookingRequest::*field) {
    return array_of(bookings, [field](const Booking& booking) { return &(booking.request.*field); });
  };
  const auto optional = [&](std::optional<std::string> BookingRequest::*field) {
    return array_of(bookings, [field](const Booking& booking) { return booking.request.*field ? &*(booking.request.*field) : nullptr; });
  };
  using R = BookingRequest;
  return {array_of(bookings, [](const Booking& booking) { return &booking.id; }),
          required(&R::patient_name), required(&R::phone), optional(&R::email), required(&R::birth_date), required(&R::gender),
          required(&R::treatment_type), required(&R::service), required(&R::preferred_date), optional(&R::notes),
          array_of(bookings, [](const Booking& booking) { return booking.may_exist ? &yes : &no; })};
}

std::string time_of(const BookingRequest& request) {
  return request.preferred_time ? *request.preferred_time : time_of_period(request.period.value_or(""));
}

std::vector<pg::Query> book(const Bookings& bookings, Variant variant) {
  std::vector<pg::Query> queries{lock_dates(bookings)};
  queries.push_back(variant == Variant::old_model ? insert_old(bookings) : insert_new(bookings));
  return queries;
}

// Columns: verdict, status, then the time (old) or period and minutes (new).
std::vector<BookingAnswer> read_bookings(const pg::Result& result, const Bookings& bookings, Variant variant) {
  if (result.rows() != static_cast<int>(bookings.size())) throw Error(ErrorCode::system, "a booking was not answered");
  std::vector<BookingAnswer> answers;
  for (int row = 0; row < result.rows(); ++row) {
    BookingAnswer answer;
    answer.kind = kind_of(result.view(row, 0));
    answer.status = result.text(row, 1);
    if (variant == Variant::old_model) {
      answer.time = result.text(row, 2);
      const bool other = answer.kind == BookingAnswer::Kind::repeated && !same_time(answer.time, time_of(bookings[static_cast<std::size_t>(row)]->request));
      if (other) answer.kind = BookingAnswer::Kind::mismatch;
    } else if (!result.is_null(row, 2)) {
      answer.period = result.text(row, 2);
      answer.minutes = static_cast<int>(result.integer(row, 3));
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace segue::reservations
