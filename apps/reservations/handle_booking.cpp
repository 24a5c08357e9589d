// POST /api/public/reservations.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "service/idempotency.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

bool is_json(const net::Request& request) { return request.content_type() == "application/json"; }
net::Response not_json() { return refuse(415, "unsupported_media_type", "send application/json"); }
net::Response malformed() { return refuse(400, "malformed", "the body is not a JSON object"); }
net::Response invalid_service() { return refuse_fields("invalid_service", {{"service", "is unknown or cannot be booked"}}); }

net::Response booking_response(const BookingAnswer& booked, const BookingRequest& request, Variant variant, const std::string& id) {
  switch (booked.kind) {
    case BookingAnswer::Kind::invalid_service: return invalid_service();
    case BookingAnswer::Kind::closed: return refuse(409, "closed", "the clinic is closed at that time");
    case BookingAnswer::Kind::full: return refuse(409, "full", "there is no room left at that time");
    case BookingAnswer::Kind::mismatch:
      return refuse(422, "idempotency_mismatch", "this Idempotency-Key was used for another booking");
    default: break;
  }
  json::object reservation{{"id", id}, {"status", booked.status}, {"preferred_date", request.preferred_date}};
  if (variant == Variant::old_model) {
    reservation["preferred_time"] = booked.time;
  } else {
    reservation["period"] = booked.period;
    reservation["estimated_duration"] = booked.minutes;
  }
  json::object body{{"success", true}, {"variant", name_of(variant)}, {"reservation", std::move(reservation)},
                    {"message", "the reservation was received"}};
  if (booked.kind == BookingAnswer::Kind::repeated) body["repeated"] = true;
  return answer(200, body);
}

// The reservation's id: of the client's key, so that a repetition meets its own row; else any.
Booking booking_of(const net::Request& http, const BookingRequest& request, const std::string& period) {
  Booking booking{request, period, {}, false};
  const auto key = http.header("Idempotency-Key");
  booking.may_exist = key.has_value();
  const std::string client(http.header("X-Client-Id").value_or(""));
  booking.id = key ? id_of_key(*key, client.empty() ? request.phone : client) : random_uuid();
  return booking;
}

}  // namespace

awaitable<Served> Application::book(const net::Request& http) {
  Served served;
  served.response = not_json();
  if (!is_json(http)) co_return served;
  const auto key = http.header("Idempotency-Key");
  served.response = refuse(400, "invalid_idempotency_key", "an Idempotency-Key has 1 to 200 visible ASCII characters");
  if (key && !is_idempotency_key(*key)) co_return served;
  const auto parsed = parse_booking(http.body, clock().today());
  served.response = parsed.malformed ? malformed() : refuse_fields("invalid", parsed.problems);
  if (!parsed.request) co_return served;

  const auto period = period_of(*parsed.request);
  const auto booking = booking_of(http, *parsed.request, period.value_or(""));
  // A time nobody can read stays text: the old model can keep it, the new one could only guess.
  auto variant = period ? variant_for(http, booking.request.phone) : Variant::old_model;
  auto reply = co_await desk_.book(booking, variant);
  // The tables or columns of this path are gone: this process has not yet heard of a change of the flag.
  if (reply.error && is_other_model(*reply.error) && process().flags) {
    reread_flags();
    const auto other = variant == Variant::old_model ? Variant::new_model : Variant::old_model;
    auto second = BookingReply{std::nullopt, reply.error};
    if (period) second = co_await desk_.book(booking, other);
    if (!second.error || !is_other_model(*second.error)) {  // else the first error is the one to tell
      reply = std::move(second);
      variant = other;
    }
  }
  served.variant = name_of(variant);
  if (reply.answer)
    served.response = booking_response(*reply.answer, booking.request, variant, booking.id);
  else if (is_other_model(*reply.error) && !period)
    served.response = refuse_fields("invalid", {{"preferred_time", "cannot be read as a time; send period MORNING or AFTERNOON"}});
  else
    served.response = fail(*reply.error);
  co_return served;
}

}  // namespace segue::reservations
