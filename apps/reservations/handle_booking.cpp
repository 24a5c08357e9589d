// POST /api/public/reservations.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "service/answers.hpp"
#include "reservations/application.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

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
    case BookingAnswer::Kind::booked: break;
  }
  json::object reservation{{"id", id}, {"status", booked.status}, {"preferred_date", request.preferred_date}};
  if (variant == Variant::old_model) {
    reservation["preferred_time"] = booked.time;
  } else {
    reservation["period"] = booked.period;
    reservation["estimated_duration"] = booked.minutes;
  }
  return answer(200, {{"success", true}, {"variant", name_of(variant)}, {"reservation", std::move(reservation)},
                      {"message", "the reservation was received"}});
}

}  // namespace

awaitable<Application::Served> Application::book(const net::Request& http) {
  Served served;
  served.response = not_json();
  if (!is_json(http)) co_return served;
  const auto parsed = parse_booking(http.body, clock().today());
  served.response = parsed.malformed ? malformed() : refuse_fields("invalid", parsed.problems);
  if (!parsed.request) co_return served;

  const auto& request = *parsed.request;
  const auto period = period_of(request);
  const auto id = random_uuid();
  // A time nobody can read stays text: the old model can keep it, the new one could only guess.
  auto variant = period ? variant_for(http, request.phone) : Variant::old_model;
  const Make make = [&](Variant by) {
    if (by == Variant::old_model) return book_old(request, id);
    return period ? book_new(request, *period, id) : std::vector<pg::Query>{};
  };
  const auto reply = co_await run_either(variant, make, PipelineKind::transaction);
  served.variant = name_of(variant);
  if (!reply.error) {
    const auto& row = reply.results.at(1);
    served.response = booking_response(variant == Variant::old_model ? read_old_booking(row) : read_new_booking(row), request, variant, id);
  } else if (is_other_model(*reply.error) && !period) {
    served.response = refuse_fields("invalid", {{"preferred_time", "cannot be read as a time; send period MORNING or AFTERNOON"}});
  } else {
    served.response = fail(*reply.error);
  }
  co_return served;
}

}  // namespace segue::reservations
