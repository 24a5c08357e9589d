#include "steps/flags.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"
#include "rollout/flag_client.hpp"

namespace segue::steps {

using Clock = std::chrono::steady_clock;

Followed change_flag(pg::Connection& db, const std::string& plan, const std::string& flag, int percent, const std::string& actor,
                     const std::string& reason, std::chrono::milliseconds patience) {
  const auto begin = Clock::now();
  Followed followed;
  {
    pg::Transaction transaction(db);
    followed.revision = journal::set_flag(db, plan, flag, percent, actor);
    journal::audit(db, plan, actor, fmt::format("flag {} to {} %", flag, percent), reason);
    transaction.commit(fault::Point::flag_set);
  }
  for (;;) {
    followed.laggards = journal::laggards(db, followed.revision);
    followed.ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    if (followed.laggards.empty() || Clock::now() - begin > patience || interrupted()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  fault::point(fault::Point::flag_followed, db.socket());
  followed.clients = journal::connected_clients(db);
  followed.overriding = journal::overriding(db, rollout::flag_key(plan, flag), percent);
  return followed;
}

void refuse_overrides(pg::Connection& db, const std::string& plan, const std::string& flag, int percent) {
  const auto others = journal::overriding(db, rollout::flag_key(plan, flag), percent);
  if (others.empty()) return;
  throw Error(ErrorCode::refused,
              fmt::format("application process {} overrides flag \"{}\" by a switch of its own and would not follow it to {} %",
                          join(others, ", "), flag, percent),
              "start it again without its emergency switch, or stop it, then run the same command again");
}

void let_requests_settle() { std::this_thread::sleep_for(std::chrono::seconds(1)); }

}  // namespace segue::steps
