#include "steps/held_rows.hpp"

#include <fmt/format.h>

#include <chrono>

namespace segue::steps {
namespace {

constexpr auto patience = std::chrono::milliseconds(2000);

void set_lock_timeout(pg::Connection& db, std::chrono::milliseconds longest) {
  db.run("held.lock_timeout", "select set_config('lock_timeout', $1, true)"_sql, {fmt::format("{}ms", longest.count())});
}

}  // namespace

void wait_for_row(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& mapping, const std::string& key) {
  set_lock_timeout(db, patience);
  db.run("held.row", mapping::lock_row(mapping), {key});
  set_lock_timeout(db, plan.limits.lock_timeout);
}

}  // namespace segue::steps
