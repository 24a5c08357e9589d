#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "engine/engine.hpp"
#include "steps/flags.hpp"

namespace segue::cli {

namespace {

constexpr auto patience = std::chrono::seconds(15);

int percent_of(const Arguments& arguments) {
  auto text = arguments.value("--to").value_or("");
  if (!text.empty() && text.back() == '%') text.pop_back();
  const auto percent = to_integer(text);
  if (!percent || *percent < 0 || *percent > 100) throw Error(ErrorCode::usage, "expected --to PERCENT from 0 to 100", "e.g. --to 25%");
  return static_cast<int>(*percent);
}

void require_flag_of_plan(const plan::Plan& plan, const std::string& flag) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (const auto* rollout = std::get_if<plan::RolloutStep>(&step.what); rollout != nullptr && rollout->flag == flag) return;
  throw Error(ErrorCode::not_found, "plan \"" + plan.name + "\" has no flag \"" + flag + "\"", "segue show lists its rollout steps");
}

std::string state_of(const std::vector<journal::StepRecord>& records, const plan::Phase& phase, const plan::Step& step) {
  for (const auto& record : records)
    if (record.phase == phase.name && record.step == step.name) return record.state;
  return "not begun";
}

// A share above 0 % writes the new side: dual write must be on, and the gate before the flag's ladder must have let the plan pass.
void refuse_too_early(const std::vector<journal::StepRecord>& records, const plan::Plan& plan, const std::string& flag) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      const auto state = state_of(records, phase, step);
      if (std::holds_alternative<plan::SyncStep>(step.what) && state != "done")
        throw Error(ErrorCode::refused, "dual write is not on (step \"" + step.name + "\" is " + state + "): the old path would not see new rows",
                    "segue run " + plan.directory);
      const auto* rollout = std::get_if<plan::RolloutStep>(&step.what);
      if (rollout != nullptr && rollout->flag == flag && state != "begun" && state != "done")
        throw Error(ErrorCode::refused, "step \"" + step.name + "\" is " + state + ": the gate before phase \"" + phase.name + "\" comes first",
                    "segue run " + plan.directory);
    }
}

// No lock of the plan is taken: turning traffic back must work while a run is under way.
void refuse_where_unsafe(segue::pg::Connection& db, const plan::Plan& plan, const std::string& flag, int percent) {
  if (!journal::is_installed(db) || !journal::begun_hash(db, plan.name))
    throw Error(ErrorCode::refused, "plan \"" + plan.name + "\" has not begun", "segue run " + plan.directory);
  const auto records = journal::steps(db, plan.name);
  for (const auto& record : records) {
    const bool there = record.state == "begun" || record.state == "done" || record.state == "undoing";
    if (percent < 100 && there && (record.kind == "retire" || record.kind == "drop"))
      throw Error(ErrorCode::refused, "old columns are retired by step \"" + record.step + "\": the old path cannot serve",
                  "segue rollback " + plan.directory + " --to the phase before \"" + record.phase + "\" brings them back first");
  }
  if (percent > 0) refuse_too_early(records, plan, flag);
}

}  // namespace

int rollout(const Words& words) {
  const Arguments arguments(words, with_common({{"--to", true}, {"--reason", true}, {"--by", true}}));
  const auto plan = load_plan(arguments);
  const auto& flag = arguments.positional(1, "the flag, e.g. dynamic-services");
  arguments.at_most(2);
  const int percent = percent_of(arguments);
  require_flag_of_plan(plan, flag);
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/rollout/" + plan.name});
  refuse_where_unsafe(db, plan, flag, percent);
  const auto followed = steps::change_flag(db, plan.name, flag, percent, actor(arguments), arguments.value_or("--reason", ""), patience);
  if (arguments.has("--json"))
    print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"flag", flag}, {"percent", percent}, {"revision", followed.revision},
        {"clients", followed.clients}, {"followedMs", followed.ms}, {"laggards", join(followed.laggards, ", ")},
        {"overriding", join(followed.overriding, ", ")}}));
  else
    print(fmt::format("{} at {} %: {} application processes followed in {:.0f} ms{}{}", flag, percent, followed.clients, followed.ms,
                      followed.laggards.empty() ? "" : "; NOT YET: " + join(followed.laggards, ", "),
                      followed.overriding.empty() ? "" : "; NOT AT ALL, by a switch of its own: " + join(followed.overriding, ", ")));
  return followed.laggards.empty() && followed.overriding.empty() ? 0 : 1;
}

}  // namespace segue::cli
