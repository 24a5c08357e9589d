// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "reservations/administration.hpp"
#include "reservations/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/availability.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr int most_listed = 1000;

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

// The status asked for, or nothing.
std::optional<std::string> read_wanted_status(const std::string& body) {
  boost::system::error_code error;
  const auto value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto* status = value.get_object().if_contains("status");
  if (status == nullptr || !status->is_string()) return std::nullopt;
  return std::string(status->get_string());
}

std::vector<FieldProblem> check(const Wanted& wanted) {
  std::vector<FieldProblem> problems;
  if (wanted.service.empty()) problems.push_back({"service", "is missing"});
  if (!read_date(wanted.date)) problems.push_back({"date", "must be a calendar date, YYYY-MM-DD"});
  if (wanted.period && *wanted.period != "MORNING" && *wanted.period != "AFTERNOON")
    problems.push_back({"period", "must be one of MORNING, AFTERNOON"});
  return problems;
}

}  // namespace

awaitable<Application::Served> Application::book(const net::Request& http) {
  Served served;
  served.response = not_json();
  if (!is_json(http)) co_return served;
  const auto parsed = parse_booking(http.body, clock_.today());
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

awaitable<Application::Served> Application::availability(const net::Request& request) {
  Served served;
  const Wanted wanted{request.parameter("service").value_or(""), request.parameter("date").value_or(""), request.parameter("period")};
  const auto problems = check(wanted);
  served.response = refuse_fields("invalid", problems);
  if (!problems.empty()) co_return served;
  auto variant = variant_for(request, "");
  const Make make = [&](Variant by) { return std::vector<pg::Query>{availability_query(wanted, by)}; };
  const auto reply = co_await run_either(variant, make, PipelineKind::read);
  served.variant = name_of(variant);
  served.response = reply.error ? fail(*reply.error) : invalid_service();
  if (reply.error) co_return served;
  if (const auto body = read_availability(reply.results.at(0), wanted, variant)) served.response = answer(200, *body);
  co_return served;
}

awaitable<Application::Served> Application::change(const net::Request& request, const std::string& id) {
  Served served;
  if (auto refused = refuse_stranger(request)) served.response = std::move(*refused);
  else if (!is_json(request)) served.response = not_json();
  else served.response.status = 0;
  if (served.response.status != 0) co_return served;
  const auto wanted = read_wanted_status(request.body);
  if (!wanted || !sources_of(*wanted)) {
    served.response = refuse_fields("invalid", {{"status", "must be one of CONFIRMED, CANCELLED, COMPLETED, NO_SHOW"}});
    co_return served;
  }
  auto queries = change_status(id, *wanted);
  const auto reply = co_await pool_.run(std::move(queries), PipelineKind::transaction);
  if (reply.error) {
    served.response = fail(*reply.error);
    co_return served;
  }
  const auto now = read_status(reply.results, *wanted);
  if (now.kind == StatusAnswer::Kind::not_found) served.response = refuse(404, "not_found", "there is no such reservation");
  else if (now.kind == StatusAnswer::Kind::refused)
    served.response = answer(409, {{"error", "conflict"}, {"message", "the reservation's status does not allow this"}, {"id", id}, {"status", now.status}});
  else served.response = answer(200, {{"success", true}, {"id", id}, {"status", now.status}});
  co_return served;
}

awaitable<Application::Served> Application::list(const net::Request& request) {
  Served served;
  if (auto refused = refuse_stranger(request)) {
    served.response = std::move(*refused);
    co_return served;
  }
  const auto date = request.parameter("date").value_or(text_of(clock_.today()));
  const auto limit = to_integer(request.parameter("limit").value_or("100"));
  std::vector<FieldProblem> problems;
  if (!read_date(date)) problems.push_back({"date", "must be a calendar date, YYYY-MM-DD"});
  if (!limit || *limit < 1 || *limit > most_listed) problems.push_back({"limit", "must be a number from 1 to 1000"});
  served.response = refuse_fields("invalid", problems);
  if (!problems.empty()) co_return served;
  auto variant = variant_for(request, "administrator");
  const Make make = [&](Variant by) { return std::vector<pg::Query>{list_query(date, static_cast<int>(*limit), by)}; };
  const auto reply = co_await run_either(variant, make, PipelineKind::read);
  served.variant = name_of(variant);
  served.response = reply.error ? fail(*reply.error) : answer(200, read_list(reply.results.at(0), date, variant));
  co_return served;
}

awaitable<Application::Served> Application::health() {
  Served served;
  std::vector<pg::Query> queries;
  queries.push_back({"health.schema", R"(
      select count(*) filter (where attname in ('service', 'preferredTime')) = 2,
             count(*) filter (where attname in ('serviceId', 'serviceName', 'estimatedDuration', 'period')) = 4
      from pg_attribute where attrelid = to_regclass('reservations') and not attisdropped)"_sql, {}});
  const auto reply = co_await pool_.run(std::move(queries), PipelineKind::read);
  json::object flags;
  for (const auto& flag : flags_.all()) flags[flag.key] = flag.percent;
  json::object body{{"status", reply.error ? "unavailable" : "ok"}, {"instance", settings_.instance},
                    {"database", !reply.error}, {"flags", std::move(flags)}};
  if (!reply.error) {
    const bool old_model = reply.results[0].boolean(0, 0), new_model = reply.results[0].boolean(0, 1);
    body["schema"] = old_model && new_model ? "both" : old_model ? "old" : new_model ? "new" : "none";
  }
  served.response = answer(reply.error ? 503 : 200, body);
  co_return served;
}

}  // namespace segue::reservations
