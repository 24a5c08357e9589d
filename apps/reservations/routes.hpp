// The service's addresses: one table of method, path pattern, handler and who may call.
// Does: find the route of a request, or which methods its path has. Does not: call handlers or check tokens.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace segue::reservations {

class Application;

struct Served {
  net::Response response;
  std::string_view variant = "none";                             // "old", "new", or "none" for what has no two paths
};

struct Call {
  const net::Request& request;
  std::vector<std::string> parts;                                // what stood for each {name} of the pattern, in order
  std::string by;                                                // the administrator's name; empty on other routes
};

// patients: limited in rate, and answered to the allowed origins; administrators: with the bearer token.
enum class Access { anyone, patients, administrators };

struct Route {
  std::string_view method, pattern, name;                        // name: the metrics' label
  Access access;
  boost::asio::awaitable<Served> (*handler)(Application&, const Call&);
  bool in_legacy = true;                                         // the old application had it, or it needs no new model
};
const std::vector<Route>& routes();

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> parts;
  std::string allow;                                             // methods of the path: "GET, HEAD"; empty: nothing is there
  bool preflight = false;                                        // OPTIONS of a path for patients; `route` is one of it
};
// HEAD is served by the handler of GET.
Match find_route(std::string_view method, std::string_view path, bool legacy);

}  // namespace segue::reservations
