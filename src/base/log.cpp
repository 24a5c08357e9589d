#include "base/log.hpp"

#include <fmt/chrono.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>

namespace segue {
namespace {

std::atomic<LogLevel> threshold = LogLevel::info;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "error";
}

}  // namespace

void set_log_level(LogLevel level) { threshold = level; }

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < threshold.load()) return;
  const auto now = std::chrono::system_clock::now();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  boost::json::object line;
  line["at"] = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), millis);
  line["level"] = name_of(level);
  line["event"] = event;
  for (const auto& field : fields)
    std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
  const std::string text = boost::json::serialize(line) + "\n";
  // One write per line: lines of several threads and processes do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace segue
