// GET /api/public/reservations/availability.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/availability.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

net::Response invalid_service() { return refuse_fields("invalid_service", {{"service", "is unknown or cannot be booked"}}); }

std::vector<FieldProblem> check(const Wanted& wanted) {
  std::vector<FieldProblem> problems;
  if (wanted.service.empty()) problems.push_back({"service", "is missing"});
  if (!read_date(wanted.date)) problems.push_back({"date", "must be a calendar date, YYYY-MM-DD"});
  if (wanted.period && *wanted.period != "MORNING" && *wanted.period != "AFTERNOON")
    problems.push_back({"period", "must be one of MORNING, AFTERNOON"});
  return problems;
}

}  // namespace

awaitable<Served> Application::availability(const net::Request& request) {
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
  const bool past = *read_date(wanted.date) < clock().today();
  if (const auto body = read_availability(reply.results.at(0), wanted, variant, past)) served.response = answer(200, *body);
  co_return served;
}

}  // namespace segue::reservations
