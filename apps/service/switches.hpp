// Emergency switches in the environment: what stands in this process instead of a flag.
// Does: read one of them. Does not: know which ones a service has, or change anything in the database.
#pragma once
#include <optional>
#include <string>

namespace segue::service {

// An empty value is no value.
std::optional<std::string> environment(const char* name);
// "true" and "false", as 100 and 0 percent; nothing where it is not set. Error{usage} for any other value.
std::optional<int> read_switch(const std::string& name, const std::optional<std::string>& value);

}  // namespace segue::service
