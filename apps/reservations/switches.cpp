#include "reservations/switches.hpp"

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::reservations {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

std::optional<int> read_switches(const std::optional<std::string>& use, const std::optional<std::string>& percentage) {
  if (use && *use != "true" && *use != "false")
    throw Error(ErrorCode::usage, "USE_DYNAMIC_SERVICES is \"" + *use + "\"", "write true or false, or unset it to follow the flag");
  const auto number = percentage ? to_integer(*percentage).value_or(-1) : 0;
  if (number < 0 || number > 100)
    throw Error(ErrorCode::usage, "DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE is \"" + *percentage + "\"",
                "write a whole number from 0 to 100, or unset it to follow the flag");
  if (use == "true") return 100;
  if (percentage) return static_cast<int>(number);
  return use ? std::optional<int>(0) : std::nullopt;
}

std::optional<int> read_switches() {
  return read_switches(environment("USE_DYNAMIC_SERVICES"), environment("DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE"));
}

}  // namespace segue::reservations
