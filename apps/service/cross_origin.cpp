#include "service/cross_origin.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace segue::service {
namespace {

bool is_origin(std::string_view text) {
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  const auto host = text.substr(scheme);
  return scheme > 0 && !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

CrossOrigin::CrossOrigin(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {
  for (const auto& origin : allowed_)
    if (!is_origin(origin))
      throw Error(ErrorCode::usage, "\"" + origin + "\" is not an origin",
                  "write scheme and host as browsers send them, lower-case and without a path: https://www.example");
}

bool CrossOrigin::allows(const net::Request& request) const {
  const auto origin = request.header("Origin");
  return origin && std::find(allowed_.begin(), allowed_.end(), *origin) != allowed_.end();
}

void CrossOrigin::answer(const net::Request& request, net::Response& response) const {
  if (allowed_.empty()) return;
  response.headers.emplace_back("Vary", "Origin");  // a cache must not give one origin's answer to another
  if (!allows(request)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", *request.header("Origin"));
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After");
}

net::Response CrossOrigin::preflight(const net::Request& request, std::string_view methods) const {
  net::Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", methods);
  if (!allows(request)) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", methods);
  response.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type, X-Client-Id, Idempotency-Key");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace segue::service
