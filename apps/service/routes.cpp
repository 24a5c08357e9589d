#include "service/routes.hpp"

#include <optional>

namespace segue::service {
namespace {

constexpr std::size_t longest_part = 200;

// The next piece between slashes; `path` begins behind it afterwards.
std::string_view next_piece(std::string_view& path) {
  path.remove_prefix(1);
  const auto piece = path.substr(0, path.find('/'));
  path.remove_prefix(piece.size());
  return piece;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parts;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_piece(pattern), piece = next_piece(path);
    if (!wanted.starts_with('{') && wanted != piece) return std::nullopt;
    if (!wanted.starts_with('{')) continue;
    if (piece.empty() || piece.size() > longest_part) return std::nullopt;
    parts.emplace_back(piece);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parts;
}

void add_method(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
  if (method == "GET") allow += ", HEAD";
}

}  // namespace

Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path, bool legacy) {
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  Match found;
  bool open_to_visitors = false;
  for (const auto& route : routes) {
    if (legacy && !route.in_legacy) continue;
    auto parts = match(route.pattern, path);
    if (!parts) continue;
    add_method(found.allow, route.method);
    open_to_visitors = open_to_visitors || route.access == Access::visitors;
    found.preflight = method == "OPTIONS" && open_to_visitors;
    if (route.method != wanted && !found.preflight) continue;
    found.route = &route;
    found.parts = std::move(*parts);
  }
  if (open_to_visitors) add_method(found.allow, "OPTIONS");
  return found;
}

}  // namespace segue::service
