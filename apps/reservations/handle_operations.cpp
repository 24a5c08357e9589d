// /health, /metrics and /openapi.json.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "embedded/reservations_json.hpp"
#include "reservations/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/handlers.hpp"
#include "reservations/personal_data.hpp"

namespace segue::reservations {

namespace json = boost::json;
using boost::asio::awaitable;
using pg::PipelineKind;

awaitable<Served> show_health(Application& app, const Call&) {
  Served served;
  std::vector<pg::Query> queries{columns_query()};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  const auto& process = app.process();
  json::object flags, overrides;
  for (const auto& flag : process.flag_states()) {
    flags[flag.key] = flag.percent;
    if (flag.overridden) overrides[flag.key] = flag.percent;
  }
  json::object body{{"status", reply.error ? "unavailable" : "ok"}, {"instance", process.settings.instance},
                    {"mode", process.settings.legacy ? "legacy" : "normal"}, {"database", !reply.error}, {"flags", std::move(flags)},
                    {"overrides", std::move(overrides)}, {"threads", process.metrics.threads()},
                    {"in_flight", process.metrics.sum().in_flight}};
  if (!reply.error) {
    const auto columns = read_columns(reply.results.at(0));
    body["schema"] = columns.old_model && columns.new_model ? "both" : columns.old_model ? "old" : columns.new_model ? "new" : "none";
  }
  served.response = answer(reply.error ? 503 : 200, body);
  co_return served;
}

awaitable<Served> show_metrics(Application& app, const Call&) {
  Served served;
  const auto& process = app.process();
  served.response.content_type = "text/plain; version=0.0.4";
  served.response.body = metrics_text(process.metrics.sum(), process.flag_states(), app.database_is_up(), process.metrics.threads());
  co_return served;
}

awaitable<Served> show_openapi(Application&, const Call&) {
  Served served;
  served.response.body = std::string(embedded::reservations_json());
  co_return served;
}

}  // namespace segue::reservations
