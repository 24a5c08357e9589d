#include "reservations/switches.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "service/switches.hpp"

namespace segue::reservations {

std::optional<int> read_switches(const std::optional<std::string>& use, const std::optional<std::string>& percentage) {
  const auto all_or_none = service::read_switch("USE_DYNAMIC_SERVICES", use);
  const auto number = percentage ? to_integer(*percentage).value_or(-1) : 0;
  if (number < 0 || number > 100)
    throw Error(ErrorCode::usage, "DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE is \"" + *percentage + "\"",
                "write a whole number from 0 to 100, or unset it to follow the flag");
  if (all_or_none == 100) return 100;
  return percentage ? static_cast<int>(number) : all_or_none;
}

std::optional<int> read_switches() {
  return read_switches(service::environment("USE_DYNAMIC_SERVICES"), service::environment("DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE"));
}

}  // namespace segue::reservations
