#include "reservations/routes.hpp"

#include "reservations/application.hpp"
#include "reservations/handlers.hpp"
#include "service/operations.hpp"

namespace segue::reservations {

const std::vector<Route>& routes() {
  static const std::vector<Route> table{
      {"POST", "/api/public/reservations", "book", Access::visitors, +[](Application& app, const Call& call) { return app.book(call.request); }},
      {"GET", "/api/public/reservations/availability", "availability", Access::visitors,
       +[](Application& app, const Call& call) { return app.availability(call.request); }},
      {"GET", "/api/public/services", "public_services", Access::visitors, offer_services},
      {"GET", "/api/admin/reservations", "list", Access::bearer, list_reservations},
      {"GET", "/api/admin/reservations/{id}", "reservation", Access::bearer, show_reservation},
      {"POST", "/api/admin/reservations/{id}/status", "status", Access::bearer, change_reservation_status},
      {"GET", "/api/admin/services", "services", Access::bearer, list_services, false},
      {"POST", "/api/admin/services", "service_create", Access::bearer, create_service, false},
      {"GET", "/api/admin/services/{code}", "service", Access::bearer, show_service, false},
      {"PATCH", "/api/admin/services/{code}", "service_change", Access::bearer, change_service, false},
      {"POST", "/api/admin/services/{code}/retire", "service_retire", Access::bearer, retire_service, false},
      {"POST", "/api/admin/services/{code}/restore", "service_restore", Access::bearer, restore_service, false},
      {"PUT", "/api/admin/service-order", "service_order", Access::bearer, order_services, false},
      {"GET", "/api/admin/time-slots", "time_slots", Access::bearer, list_time_slots, false},
      {"PUT", "/api/admin/time-slots", "time_slot_set", Access::bearer, set_time_slot, false},
      {"GET", "/api/admin/limits", "limits", Access::bearer, list_limits},
      {"PUT", "/api/admin/limits/{service}", "limit_set", Access::bearer, set_limit},
      {"POST", "/api/admin/patients/erase", "erase", Access::bearer, erase_patient},
      {"POST", "/api/admin/retention", "retention", Access::bearer, keep_no_longer},
      {"GET", "/health", "health", Access::anyone, show_health},
      {"GET", "/metrics", "metrics", Access::anyone, service::show_metrics},
      {"GET", "/openapi.json", "openapi", Access::anyone, service::show_openapi},
  };
  return table;
}

}  // namespace segue::reservations
