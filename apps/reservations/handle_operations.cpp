// /health.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "reservations/handlers.hpp"
#include "reservations/personal_data.hpp"

namespace segue::reservations {

using boost::asio::awaitable;
using pg::PipelineKind;

awaitable<Served> show_health(Application& app, const Call&) {
  Served served;
  std::vector<pg::Query> queries{columns_query()};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  auto body = app.process().health();
  body["status"] = reply.error ? "unavailable" : "ok";
  body["database"] = !reply.error;
  if (!reply.error) {
    const auto columns = read_columns(reply.results.at(0));
    body["schema"] = columns.old_model && columns.new_model ? "both" : columns.old_model ? "old" : columns.new_model ? "new" : "none";
  }
  served.response = answer(reply.error ? 503 : 200, body);
  co_return served;
}

}  // namespace segue::reservations
