// The emergency switches in the environment: USE_DYNAMIC_SERVICES and DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE.
// Does: read them once, at start. Does not: change anything in the database; segue sees the override and names the process.
#pragma once
#include <optional>
#include <string>

namespace segue::reservations {

// The percentage that stands instead of the flag's; nothing where no switch is set. An empty value is no value.
//   USE_DYNAMIC_SERVICES=true   100
//   else the percentage, if it is given; USE_DYNAMIC_SERVICES=false alone is 0
// Error{usage} for any other value.
std::optional<int> read_switches(const std::optional<std::string>& use, const std::optional<std::string>& percentage);
std::optional<int> read_switches();                              // from the environment

}  // namespace segue::reservations
