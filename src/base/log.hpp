// JSON-lines log on standard error, one object a line: {"at","level","event",fields...}.
// Does not: take free text from the application's tables. Fields are names, numbers and keys only;
// patient data has no business here.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace segue {

enum class LogLevel { debug, info, warn, error };
struct LogField {
  std::string_view name;
  std::variant<std::int64_t, double, bool, std::string> value;
};
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
// Lines below this level are dropped; the start value is info.
void set_log_level(LogLevel level);

}  // namespace segue
