#include "clinic/routes.hpp"

#include "service/operations.hpp"

namespace segue::clinic {

const std::vector<Route>& routes() {
  static const std::vector<Route> table{
      {"GET", "/api/clinics/{clinic}/appointments", "appointments", Access::bearer, list_appointments},
      {"POST", "/api/clinics/{clinic}/appointments", "appointment_create", Access::bearer, create_appointment},
      {"GET", "/api/clinics/{clinic}/appointments/{id}", "appointment", Access::bearer, show_appointment},
      {"PATCH", "/api/clinics/{clinic}/appointments/{id}", "appointment_move", Access::bearer, move_appointment},
      {"POST", "/api/clinics/{clinic}/appointments/{id}/cancel", "appointment_cancel", Access::bearer, cancel_appointment},
      {"GET", "/api/clinics/{clinic}/doctors", "doctors", Access::bearer, list_doctors},
      {"POST", "/api/clinics/{clinic}/doctors", "doctor_create", Access::bearer, create_doctor},
      {"GET", "/api/clinics/{clinic}/doctors/{id}", "doctor", Access::bearer, show_doctor},
      {"PATCH", "/api/clinics/{clinic}/doctors/{id}", "doctor_change", Access::bearer, change_doctor},
      {"GET", "/api/clinics/{clinic}/patients", "patients", Access::bearer, list_patients},
      {"POST", "/api/clinics/{clinic}/patients", "patient_create", Access::bearer, create_patient},
      {"GET", "/api/clinics/{clinic}/patients/{id}", "patient", Access::bearer, show_patient},
      {"PATCH", "/api/clinics/{clinic}/patients/{id}", "patient_change", Access::bearer, change_patient},
      {"GET", "/health", "health", Access::anyone, show_health},
      {"GET", "/metrics", "metrics", Access::anyone, show_metrics},
      {"GET", "/openapi.json", "openapi", Access::anyone, service::show_openapi},
  };
  return table;
}

}  // namespace segue::clinic
