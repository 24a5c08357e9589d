#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/going_back.hpp"
#include "cli/preview.hpp"
#include "journal/journal.hpp"

namespace segue::cli {

namespace {

struct State {
  std::vector<journal::StepRecord> steps;
  std::vector<journal::Flag> flags;
  std::vector<journal::RepairGroup> repairs;
  bool same_plan = true;
  std::optional<steps::GoingBack> going_back;                    // none: not counted within the budget
};

State read(segue::pg::Connection& db, const plan::Plan& plan) {
  if (!journal::is_installed(db)) return {};
  const auto hash = journal::begun_hash(db, plan.name);
  return {journal::steps(db, plan.name), journal::flags(db, plan.name), journal::repair_groups(db, plan.name), !hash || *hash == plan.hash, {}};
}

std::string state_of(const State& state, const std::string& phase, const std::string& step) {
  for (const auto& record : state.steps)
    if (record.phase == phase && record.step == step) return record.state;
  return "-";
}

// status never keeps anybody waiting: what takes longer is said by segue revert --check.
std::optional<steps::GoingBack> look_back(const std::string& url, const plan::Plan& plan) {
  constexpr auto budget = std::chrono::seconds(2);
  try {
    return steps::going_back(url, plan, budget);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void print_json(const plan::Plan& plan, const State& state) {
  boost::json::array steps, flags, repairs;
  for (const auto& group : state.repairs)
    repairs.push_back(boost::json::object{{"mapping", group.mapping}, {"side", group.direction}, {"reason", group.reason}, {"rows", group.rows}, {"firstKey", group.first_key}});
  for (const auto& step : state.steps)
    steps.push_back(boost::json::object{{"phase", step.phase}, {"step", step.step}, {"kind", step.kind}, {"state", step.state}, {"rows", step.rows},
        {"seconds", step.seconds}, {"longestLockWaitMs", step.longest_lock_wait_ms}, {"detail", boost::json::parse(step.detail)}});
  for (const auto& flag : state.flags)
    flags.push_back(boost::json::object{{"key", flag.key}, {"percent", flag.percent}, {"revision", flag.revision}, {"changedBy", flag.changed_by}});
  print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"samePlan", state.same_plan}, {"steps", steps}, {"flags", flags}, {"repairs", repairs},
      {"cannotGoBack", state.going_back ? boost::json::value(json_of(*state.going_back)) : boost::json::value(nullptr)}}));
}

void print_text(const plan::Plan& plan, const State& state) {
  print(fmt::format("{}: {}", plan.name, plan.title));
  for (const auto& phase : plan.phases) {
    print(fmt::format("\n{}", phase.name));
    for (const auto& step : phase.steps) {
      std::string detail;
      for (const auto& record : state.steps)
        if (record.phase == phase.name && record.step == step.name && record.state != "undone")
          detail = fmt::format("{:>9.2f} s {:>12} rows  longest wait caused {:>6.1f} ms", record.seconds, grouped(record.rows), record.longest_lock_wait_ms);
      print(fmt::format("  {:<8} {:<34} {}", state_of(state, phase.name, step.name), step.name, detail));
      if (const auto table = result_of(state.steps, phase, step)) print(text_of(*table, "             "));
    }
  }
  for (const auto& flag : state.flags) print(fmt::format("\nflag {}: {} % (by {})", flag.flag, flag.percent, flag.changed_by));
  for (const auto& group : state.repairs)
    print(fmt::format("\nrepair queue: {} rows of {} ({} side: {}), first key {}", grouped(group.rows), group.mapping, group.direction, group.reason, group.first_key));
  if (!state.going_back) print("\nrows that could not go back: not counted within 2 s; segue revert PLAN --check takes the time");
  else if (state.going_back->rows > 0) print("\n" + text_of(*state.going_back, "counted now"));
  if (!state.same_plan) print("\nthe plan's files differ from those that were begun");
}

}  // namespace

int status(const Words& words) {
  const Arguments arguments(words, with_common({}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/status/" + plan.name});
  auto state = read(db, plan);
  state.going_back = look_back(database_url(arguments), plan);
  if (arguments.has("--json")) print_json(plan, state);
  else print_text(plan, state);
  return 0;
}

int faults(const Words& words) {
  const Arguments arguments(words, {{"--names"}});
  arguments.at_most(0);
  print_page(arguments.has("--names") ? join(fault::all_names(), "\n") + "\n" : fault::table_markdown());
  return 0;
}

int errors(const Words& words) {
  Arguments(words, {}).at_most(0);
  print_page(error_table_markdown());
  return 0;
}

}  // namespace segue::cli
