// /api/admin/reservations: a day, one reservation, its status.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "reservations/administration.hpp"
#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "service/body.hpp"
#include "reservations/handlers.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr int most_listed = 1000;

const std::vector<Field>& status_fields() {
  static const std::vector<Field> fields{
      {"status", Kind::choice, Field::Need::required, 0, 0, {"CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"}}};
  return fields;
}

std::vector<FieldProblem> read_page(const net::Request& request, Page& page) {
  std::vector<FieldProblem> problems;
  if (!read_date(page.date)) problems.push_back({"date", "must be a calendar date, YYYY-MM-DD"});
  const auto limit = to_integer(request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > most_listed) problems.push_back({"limit", "must be a number from 1 to 1000"});
  else page.limit = static_cast<int>(*limit);
  page.status = request.parameter("status");
  if (page.status && *page.status != "PENDING" && !sources_of(*page.status))
    problems.push_back({"status", "must be one of PENDING, CONFIRMED, CANCELLED, COMPLETED, NO_SHOW"});
  if (const auto cursor = request.parameter("cursor")) {
    page.after = read_cursor(*cursor);
    if (!page.after) problems.push_back({"cursor", "must be the next_cursor of the page before"});
  }
  return problems;
}

net::Response status_response(const StatusAnswer& now, const Call& call) {
  const auto& id = call.parts.at(0);
  if (now.kind == StatusAnswer::Kind::not_found) return refuse(404, "not_found", "there is no such reservation");
  if (now.kind == StatusAnswer::Kind::refused)
    return answer(409, {{"error", "conflict"}, {"message", "the reservation's status does not allow this"}, {"id", id}, {"status", now.status}});
  if (now.kind == StatusAnswer::Kind::changed) record("reservation." + now.status, call, id);
  return answer(200, {{"success", true}, {"id", id}, {"status", now.status}});
}

}  // namespace

awaitable<Served> list_reservations(Application& app, const Call& call) {
  Served served;
  Page page;
  page.date = call.request.parameter("date").value_or(text_of(app.clock().today()));
  const auto problems = read_page(call.request, page);
  served.response = refuse_fields("invalid", problems);
  if (!problems.empty()) co_return served;
  auto variant = app.variant_for(call.request, "administrator");
  const Application::Make make = [&](Variant by) { return std::vector<pg::Query>{list_query(page, by)}; };
  const auto reply = co_await app.run_either(variant, make, PipelineKind::read);
  served.variant = name_of(variant);
  served.response = reply.error ? fail(*reply.error) : answer(200, read_list(reply.results.at(0), page, variant));
  co_return served;
}

awaitable<Served> show_reservation(Application& app, const Call& call) {
  Served served;
  auto variant = app.variant_for(call.request, "administrator");
  const Application::Make make = [&](Variant by) { return std::vector<pg::Query>{reservation_query(call.parts.at(0), by)}; };
  const auto reply = co_await app.run_either(variant, make, PipelineKind::read);
  served.variant = name_of(variant);
  if (reply.error) {
    served.response = fail(*reply.error);
  } else if (reply.results.at(0).empty()) {
    served.response = refuse(404, "not_found", "there is no such reservation");
  } else {
    auto body = json::parse(reply.results.at(0).text()).as_object();
    body["variant"] = name_of(variant);
    served.response = answer(200, body);
  }
  co_return served;
}

awaitable<Served> change_reservation_status(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, status_fields());
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  const auto wanted = body.text("status");
  auto queries = change_status(call.parts.at(0), wanted, call.by);
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  served.response = reply.error ? fail(*reply.error) : status_response(read_status(reply.results, wanted), call);
  co_return served;
}

}  // namespace segue::reservations
