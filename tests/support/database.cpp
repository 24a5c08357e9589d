#include "support/database.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace segue::tests {
namespace {

std::mutex guard;
std::optional<pg::Embedded> running;
std::atomic<int> databases = 0;

}  // namespace

pg::Embedded& server() {
  const std::scoped_lock lock(guard);
  if (!running) running.emplace(pg::EmbeddedOptions{.directory = "", .durable = false, .outlive = false, .settings = {}});
  return *running;
}

void stop_server() {
  const std::scoped_lock lock(guard);
  running.reset();
}

std::string fresh_database() { return server().create_database(fmt::format("test_{}", ++databases)); }

}  // namespace segue::tests
