// The handlers that every service has.
#pragma once
#include "service/routes.hpp"

namespace segue::service {

boost::asio::awaitable<Served> show_metrics(Service& service, const Call& call);
boost::asio::awaitable<Served> show_openapi(Service& service, const Call& call);

}  // namespace segue::service
