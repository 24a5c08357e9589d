#include "clinic/switches.hpp"

#include "clinic/application.hpp"
#include "service/switches.hpp"

namespace segue::clinic {

std::map<std::string, int> read_switches(const Environment& environment) {
  const auto of = [&](const char* name) { return service::read_switch(name, environment(name)); };
  std::map<std::string, int> overrides;
  const auto set = [&](const std::string& flag, std::optional<int> percent) {
    if (percent) overrides[flag] = *percent;
  };
  const auto logic = of("USE_NEW_APPOINTMENT_LOGIC");
  for (const auto& flag : {appointments_area().read, appointments_area().write}) set(flag, logic);
  set(appointments_area().read, of("USE_NEW_APPOINTMENT_READ"));
  set(appointments_area().write, of("USE_NEW_APPOINTMENT_WRITE"));
  set(doctors_area().read, of("USE_NEW_DOCTOR_LOGIC"));
  set(patients_area().read, of("USE_NEW_PATIENT_LOGIC"));
  return overrides;
}

}  // namespace segue::clinic
