// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "reservations/administration.hpp"
#include "reservations/answers.hpp"
#include "reservations/application.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr int most_listed = 1000;

bool is_json(const net::Request& request) { return request.content_type() == "application/json"; }
net::Response not_json() { return refuse(415, "unsupported_media_type", "send application/json"); }

// The status asked for, or nothing.
std::optional<std::string> read_wanted_status(const std::string& body) {
  boost::system::error_code error;
  const auto value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto* status = value.get_object().if_contains("status");
  if (status == nullptr || !status->is_string()) return std::nullopt;
  return std::string(status->get_string());
}

}  // namespace

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
