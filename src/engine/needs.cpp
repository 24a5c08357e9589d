#include "engine/needs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::engine {

std::string expect_needs(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, bool undo, Progress& progress) {
  const auto needs = undo ? steps::needs_of_undo(db, plan, step) : steps::needs_of(db, plan, phase, step);
  if (!needs) return {};
  const auto room = steps::room_of(db, plan);
  if (needs->rows > 0) progress.note(steps::text_of(*needs, room));
  const auto why = steps::too_large(*needs, room);
  if (!why.empty())
    throw Error(ErrorCode::refused, fmt::format("step \"{}\" would need about {} of disk, and {}", step.name, bytes_text(static_cast<std::int64_t>(needs->disk())), why),
                room.allowed ? "make room and raise the limit in " + plan.directory + ", then run again with --accept-changed-plan" : "make room, then run the same command again");
  auto evidence = boost::json::parse(steps::json_of(*needs, room)).as_object();
  evidence["databaseBytes"] = db.run("needs.size", "select pg_database_size(current_database())"_sql).integer();
  return boost::json::serialize(evidence);
}

}  // namespace segue::engine
