// /api/admin/time-slots and /api/admin/limits.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/capacity.hpp"
#include "reservations/handlers.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

awaitable<Served> list_of(Application& app, pg::Query query, std::string_view key, std::string_view model) {
  Served served;
  std::vector<pg::Query> queries{std::move(query)};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  served.response = reply.error ? fail_by_phase(*reply.error, model) : answer(200, {{key, rows_as_json(reply.results.at(0))}});
  co_return served;
}

}  // namespace

awaitable<Served> list_time_slots(Application& app, const Call&) { return list_of(app, all_time_slots(), "time_slots", "new"); }
awaitable<Served> list_limits(Application& app, const Call&) { return list_of(app, all_limits(), "limits", "old"); }

awaitable<Served> set_time_slot(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, time_slot_fields());
  if (!body.refused && body.text("end") <= body.text("start")) body.refused = refuse_fields("invalid", {{"end", "must be later than start"}});
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  std::vector<pg::Query> queries{upsert_time_slot(random_uuid(), json::serialize(body.values))};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  if (reply.error) {
    served.response = fail_by_phase(*reply.error, "new");
    co_return served;
  }
  record("time_slot.set", call, fmt::format("{} {}", body.values.at("day_of_week").as_int64(), body.text("period")));
  served.response = answer(200, json::parse(reply.results.at(0).text()).as_object());
  co_return served;
}

awaitable<Served> set_limit(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, limit_fields());
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  std::vector<pg::Query> queries{upsert_limit(random_uuid(), call.parts.at(0), json::serialize(body.values))};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::transaction);
  if (reply.error) served.response = fail_by_phase(*reply.error, "old");
  else if (reply.results.at(0).empty()) served.response = refuse(404, "not_found", "there is no such service type");
  else {
    record("limit.set", call, call.parts.at(0));
    served.response = answer(200, json::parse(reply.results.at(0).text()).as_object());
  }
  co_return served;
}

}  // namespace segue::reservations
