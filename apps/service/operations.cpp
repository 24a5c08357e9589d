// /metrics and /openapi.json.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include "service/operations.hpp"

#include "service/service.hpp"

namespace segue::service {

using boost::asio::awaitable;

awaitable<Served> show_metrics(Service& service, const Call&) {
  Served served;
  const auto& process = service.process();
  served.response.content_type = "text/plain; version=0.0.4";
  served.response.body = metrics_text(process.program.name, process.metrics.sum(), process.flag_states(), service.database_is_up(),
                                      process.metrics.threads());
  co_return served;
}

awaitable<Served> show_openapi(Service& service, const Call&) {
  Served served;
  served.response.body = std::string(service.process().program.openapi);
  co_return served;
}

}  // namespace segue::service
