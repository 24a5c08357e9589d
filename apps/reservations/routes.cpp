#include "reservations/routes.hpp"

#include <optional>

#include "reservations/application.hpp"
#include "reservations/handlers.hpp"

namespace segue::reservations {
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

const std::vector<Route>& routes() {
  static const std::vector<Route> table{
      {"POST", "/api/public/reservations", "book", Access::patients, [](Application& app, const Call& call) { return app.book(call.request); }},
      {"GET", "/api/public/reservations/availability", "availability", Access::patients,
       [](Application& app, const Call& call) { return app.availability(call.request); }},
      {"GET", "/api/public/services", "public_services", Access::patients, offer_services},
      {"GET", "/api/admin/reservations", "list", Access::administrators, list_reservations},
      {"GET", "/api/admin/reservations/{id}", "reservation", Access::administrators, show_reservation},
      {"POST", "/api/admin/reservations/{id}/status", "status", Access::administrators, change_reservation_status},
      {"GET", "/api/admin/services", "services", Access::administrators, list_services, false},
      {"POST", "/api/admin/services", "service_create", Access::administrators, create_service, false},
      {"GET", "/api/admin/services/{code}", "service", Access::administrators, show_service, false},
      {"PATCH", "/api/admin/services/{code}", "service_change", Access::administrators, change_service, false},
      {"POST", "/api/admin/services/{code}/retire", "service_retire", Access::administrators, retire_service, false},
      {"POST", "/api/admin/services/{code}/restore", "service_restore", Access::administrators, restore_service, false},
      {"PUT", "/api/admin/service-order", "service_order", Access::administrators, order_services, false},
      {"GET", "/api/admin/time-slots", "time_slots", Access::administrators, list_time_slots, false},
      {"PUT", "/api/admin/time-slots", "time_slot_set", Access::administrators, set_time_slot, false},
      {"GET", "/api/admin/limits", "limits", Access::administrators, list_limits},
      {"PUT", "/api/admin/limits/{service}", "limit_set", Access::administrators, set_limit},
      {"POST", "/api/admin/patients/erase", "erase", Access::administrators, erase_patient},
      {"POST", "/api/admin/retention", "retention", Access::administrators, keep_no_longer},
      {"GET", "/health", "health", Access::anyone, show_health},
      {"GET", "/metrics", "metrics", Access::anyone, show_metrics},
      {"GET", "/openapi.json", "openapi", Access::anyone, show_openapi},
  };
  return table;
}

Match find_route(std::string_view method, std::string_view path, bool legacy) {
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  Match found;
  bool open_to_patients = false;
  for (const auto& route : routes()) {
    if (legacy && !route.in_legacy) continue;
    auto parts = match(route.pattern, path);
    if (!parts) continue;
    add_method(found.allow, route.method);
    open_to_patients = open_to_patients || route.access == Access::patients;
    found.preflight = method == "OPTIONS" && open_to_patients;
    if (route.method != wanted && !found.preflight) continue;
    found.route = &route;
    found.parts = std::move(*parts);
  }
  if (open_to_patients) add_method(found.allow, "OPTIONS");
  return found;
}

}  // namespace segue::reservations
