// A service's addresses: one table of method, path pattern, handler and who may call.
// Does: find the route of a request, or which methods its path has. Does not: call handlers or check tokens.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace segue::service {

class Service;

struct Served {
  net::Response response;
  std::string_view variant = "none";                             // "old", "new", or "none" for what has no two paths
};

struct Call {
  const net::Request& request;
  std::vector<std::string> parts;                                // what stood for each {name} of the pattern, in order
  std::string by;                                                // who calls, on routes that want a token; empty on others
};

// visitors: limited in rate, and answered to the allowed origins; bearer: whom Service::admit lets in by a bearer token.
enum class Access { anyone, visitors, bearer };

// A handler is written for its application's own class: the one that has the table of routes.
class Handler {
 public:
  template <class App>
  Handler(boost::asio::awaitable<Served> (*handler)(App&, const Call&))
      : call_([handler](Service& service, const Call& call) { return handler(static_cast<App&>(service), call); }) {}
  boost::asio::awaitable<Served> operator()(Service& service, const Call& call) const { return call_(service, call); }

 private:
  std::function<boost::asio::awaitable<Served>(Service&, const Call&)> call_;
};

struct Route {
  std::string_view method, pattern, name;                        // name: the metrics' label
  Access access;
  Handler handler;
  bool in_legacy = true;                                         // the old application had it, or it needs no new model
};

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> parts;
  std::string allow;                                             // methods of the path: "GET, HEAD"; empty: nothing is there
  bool preflight = false;                                        // OPTIONS of a path for visitors; `route` is one of it
};
// HEAD is served by the handler of GET.
Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path, bool legacy);

}  // namespace segue::service
