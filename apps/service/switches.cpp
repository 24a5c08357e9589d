#include "service/switches.hpp"

#include <cstdlib>

#include "base/error.hpp"

namespace segue::service {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<int> read_switch(const std::string& name, const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  if (*value != "true" && *value != "false")
    throw Error(ErrorCode::usage, name + " is \"" + *value + "\"", "write true or false, or unset it to follow the flag");
  return *value == "true" ? 100 : 0;
}

}  // namespace segue::service
