#include "engine/repairs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include <algorithm>

#include "base/error.hpp"
#include "engine/review.hpp"
#include "journal/identity.hpp"
#include "journal/journal.hpp"
#include "steps/repairs.hpp"

namespace segue::engine {

namespace {

void require_plan(pg::Connection& db, const plan::Plan& plan) {
  journal::refuse_standby(db);
  if (!journal::is_installed(db) || !journal::begun_hash(db, plan.name))
    throw Error(ErrorCode::not_found, fmt::format("plan \"{}\" has not begun here: it has no repair queue", plan.name), "segue run " + plan.directory);
  refuse_other_plan(db, plan);
}

std::string evidence_of(const journal::RepairFilter& filter, std::int64_t rows) {
  boost::json::object found{{"mapping", filter.mapping}, {"rows", rows}};
  if (!filter.key.empty()) found["key"] = filter.key;
  if (!filter.side.empty()) found["side"] = filter.side;
  if (!filter.reason.empty()) found["because"] = filter.reason;
  return boost::json::serialize(found);
}

void refuse_nothing(const plan::Plan& plan, std::int64_t rows, std::string_view what) {
  if (rows == 0)
    throw Error(ErrorCode::not_found, fmt::format("no row of the repair queue is meant that {}", what), fmt::format("segue repairs {} list --all shows them", plan.directory));
}

}  // namespace

std::int64_t accept_repairs(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter, const Who& who) {
  require_plan(db, plan);
  const auto mapping = steps::mapped(db, plan, filter.mapping);
  if (steps::is_synced(db, mapping)) steps::settle(db, plan, std::nullopt, mapping);
  pg::Transaction transaction(db);
  const auto rows = steps::accept_repairs(db, plan, mapping, filter, who.actor, who.reason);
  refuse_nothing(plan, rows, "waits");
  journal::audit(db, plan.name, who.actor, "repair queue: accepted as it is", who.reason, evidence_of(filter, rows));
  transaction.commit();
  return rows;
}

std::int64_t withdraw_repairs(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter, const Who& who) {
  require_plan(db, plan);
  pg::Transaction transaction(db);
  const auto rows = steps::withdraw_acceptance(db, plan, filter);
  refuse_nothing(plan, rows, "was accepted");
  journal::audit(db, plan.name, who.actor, "repair queue: acceptance withdrawn", who.reason, evidence_of(filter, rows));
  transaction.commit();
  return rows;
}

Queue retry_repairs(pg::Connection& db, const plan::Plan& plan) {
  require_plan(db, plan);
  Queue queue;
  const auto before = journal::open_repairs(db, plan.name);
  for (const auto& definition : plan.mappings) {
    if (journal::open_repairs(db, plan.name, definition.name) + journal::accepted_repairs(db, plan.name, definition.name) == 0) continue;
    const auto mapping = steps::mapped(db, plan, definition.name);
    if (steps::is_synced(db, mapping)) steps::settle(db, plan, std::nullopt, mapping, true);
  }
  queue.open = journal::open_repairs(db, plan.name);
  queue.settled = std::max<std::int64_t>(0, before - queue.open);
  queue.accepted = journal::accepted_repairs(db, plan.name);
  return queue;
}

bool take_side(pg::Connection& db, const plan::Plan& plan, const std::string& name, const std::string& key, bool old_is_right, const Who& who) {
  require_plan(db, plan);
  const auto mapping = steps::mapped(db, plan, name);
  if (!steps::is_synced(db, mapping))
    throw Error(ErrorCode::refused, fmt::format("dual write of mapping \"{}\" is off: no side follows the other", name), "segue run " + plan.directory);
  const bool settled = steps::take_side(db, plan, mapping, key, old_is_right);
  journal::audit(db, plan.name, who.actor, fmt::format("repair queue: the {} side was taken", old_is_right ? "old" : "new"), who.reason,
                 boost::json::serialize(boost::json::object{{"mapping", name}, {"key", key}, {"settled", settled}}));
  return settled;
}

}  // namespace segue::engine
