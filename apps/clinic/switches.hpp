// The emergency switches in the environment: USE_NEW_APPOINTMENT_READ, USE_NEW_APPOINTMENT_WRITE, USE_NEW_APPOINTMENT_LOGIC (both),
// USE_NEW_DOCTOR_LOGIC, USE_NEW_PATIENT_LOGIC, each true or false.
// Does: read them once, at start. Does not: change anything in the database; segue sees the overrides and names the process.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace segue::clinic {

using Environment = std::function<std::optional<std::string>(const char*)>;
// Full flag key -> percent that stands instead of the flag's, for the flags that a switch is set for. Where READ or WRITE is set beside
// LOGIC it decides, being the more particular one. Error{usage} for any other value than true and false.
std::map<std::string, int> read_switches(const Environment& environment);

}  // namespace segue::clinic
