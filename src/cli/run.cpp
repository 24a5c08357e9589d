#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/preview.hpp"
#include "cli/verdict.hpp"
#include "engine/engine.hpp"

namespace segue::cli {

namespace {

std::string hint(const plan::Plan& plan, const engine::RunResult& result) {
  if (result.held_by == "checklist") return fmt::format("HINT: segue approve {} --checklist N --reason WHY answers item N", plan.directory);
  for (const auto& item : result.verdict.items)
    if (!item.holds && item.name != "approvals")
      return fmt::format("HINT: nothing was changed. Mend what says NO{}, or go back: segue rollback {} --to PHASE",
                         plan.values.empty() ? "" : fmt::format(" (texts that nobody can read are decided with segue review {} set)", plan.directory), plan.directory);
  const auto seen = has_preview(plan.phase(result.held_by)) ? fmt::format("read what the preview says (segue status {}); ", plan.directory) : std::string();
  return fmt::format("HINT: {}segue approve {} {} --reason WHY; then run again", seen, plan.directory, result.held_by);
}

int report(const Arguments& arguments, const plan::Plan& plan, const engine::RunResult& result) {
  if (arguments.has("--json")) {
    print(boost::json::serialize(boost::json::object{{"event", "result"}, {"complete", result.complete}, {"heldBefore", result.held_before},
                                                     {"heldBy", result.held_by}, {"gate", json_of(result.verdict)}}));
    return result.complete ? 0 : 1;
  }
  if (result.complete) return print(fmt::format("{}: done{}", plan.name, arguments.has("--to") ? " up to " + *arguments.value("--to") : "")), 0;
  print(fmt::format("{}: held before phase \"{}\": the gate of \"{}\" is closed\n{}", plan.name, result.held_before, result.held_by, text_of(result.verdict)));
  print(hint(plan, result));
  return 1;
}

}  // namespace

int run(const Words& words) {
  const Arguments arguments(words, with_common(with_acceptance({{"--to", true}, {"--bake", true}, {"--workers", true}, {"--by", true}})));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  engine::RunOptions options;
  options.steps.actor = actor(arguments);
  options.steps.workers = static_cast<int>(arguments.integer_or("--workers", 0, 1, 64));
  if (const auto bake = arguments.value("--bake")) {
    options.steps.bake = to_duration(*bake);
    if (!options.steps.bake) throw Error(ErrorCode::usage, "option \"--bake\": expected a time such as 10s, 5min or 24h, got \"" + *bake + "\"");
  }
  options.until = arguments.value("--to");
  options.accepted = accepted(arguments);
  const auto progress = progress_for(arguments);
  return report(arguments, plan, engine::run(database_url(arguments), plan, options, *progress));
}

}  // namespace segue::cli
