#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "engine/engine.hpp"

namespace segue::cli {

int rollback(const Words& words) {
  const Arguments arguments(words, with_common(with_acceptance({{"--to", true}, {"--reason", true}, {"--by", true}})));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const auto to = arguments.value("--to");
  if (!to) throw Error(ErrorCode::usage, "expected --to PHASE: the last phase to keep, or \"start\"", "segue status lists the phases");
  steps::Options options;
  options.actor = actor(arguments);
  options.reason = arguments.value_or("--reason", "");
  const auto progress = progress_for(arguments);
  const auto result = engine::rollback(database_url(arguments), plan, *to, options, accepted(arguments), *progress);
  if (arguments.has("--json"))
    print(boost::json::serialize(boost::json::object{{"event", "result"}, {"plan", plan.name}, {"to", *to}, {"steps", result.steps}, {"proof", result.proof}}));
  else
    print(fmt::format("{}: rolled back to {} ({} steps); {}", plan.name, *to, result.steps, result.proof));
  return 0;
}

}  // namespace segue::cli
