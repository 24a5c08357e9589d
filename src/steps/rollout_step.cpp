// rollout: more and more targeting keys take the new path, each share for as long as the plan says.
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "rollout/flag_client.hpp"
#include "steps/flags.hpp"
#include "steps/repairs.hpp"
#include "steps/step.hpp"

namespace segue::steps {

namespace {

constexpr auto patience = std::chrono::seconds(15);
constexpr std::string_view actor = "segue run";

using Clock = std::chrono::steady_clock;

// A person who turns the flag while the ladder goes up is obeyed: the ladder stops where they put it.
void stop_if_someone_else_turned(Context& context, const std::string& flag, const journal::Flag& ours) {
  const auto now = journal::flag(context.db, ours.key);
  if (now && now->revision == ours.revision) return;
  throw Error(ErrorCode::refused,
              fmt::format("flag \"{}\" was set to {} % by {}: the rollout holds there", flag, now ? now->percent : 0, now ? now->changed_by : "?"),
              "when the reason is mended, run the same command again: it goes on from there");
}

void bake(Context& context, const std::string& flag, const journal::Flag& current, std::chrono::milliseconds time) {
  // Texts that nobody had written before arrive all the time; what they mean is settled while the share bakes.
  std::vector<Mapped> mappings;
  for (const auto& mapping : context.plan.mappings) mappings.push_back(mapped(context.db, context.plan, mapping.name));
  context.db.run("bake.listen", "listen segue_work"_sql);
  const auto total = time.count();
  const auto begin = Clock::now() - std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(current.age_seconds));
  for (;;) {
    stop_if_interrupted();
    stop_if_someone_else_turned(context, flag, current);
    for (const auto& mapping : mappings) settle(context.db, context.plan, context.epoch, mapping, false, &context.progress);
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
    if (passed >= total) break;
    context.db.wait_notification(std::chrono::milliseconds(std::min<std::int64_t>(200, total - passed)));
    while (context.db.wait_notification(std::chrono::milliseconds(0))) {}
  }
  context.db.run("bake.unlisten", "unlisten segue_work"_sql);
}

// The new path wrote rows whose old side could not be computed, or rows that two sides claim: no further before they are healed.
void hold_on_repairs(Context& context) {
  for (const auto& mapping : context.plan.mappings)
    settle(context.db, context.plan, context.epoch, mapped(context.db, context.plan, mapping.name), false, &context.progress);
  const auto open = journal::open_repairs(context.db, context.plan.name);
  if (open > 0)
    throw Error(ErrorCode::refused, fmt::format("{} rows stand in the repair queue: the rollout holds", grouped(open)),
                fmt::format("segue repairs {} list names them, accept says that they are right as they are; segue rollout {} FLAG --to 0% takes the traffic back",
                            context.plan.directory, context.plan.directory));
}

journal::Flag current_flag(Context& context, const std::string& flag) {
  const auto key = rollout::flag_key(context.plan.name, flag);
  if (!journal::flag(context.db, key))
    change_flag(context.db, context.plan.name, flag, 0, std::string(actor), "rollout begins", std::chrono::seconds(0));
  return *journal::flag(context.db, key);
}

void undo_to_zero(Context& context, const std::string& flag) {
  const auto key = rollout::flag_key(context.plan.name, flag);
  if (!journal::flag(context.db, key)) return;
  const auto followed = change_flag(context.db, context.plan.name, flag, 0, context.options.actor, "rollback", patience);
  if (!followed.laggards.empty())
    throw Error(ErrorCode::refused,
                fmt::format("application process {} has not taken over 0 %: it may still write the new side", join(followed.laggards, ", ")),
                "restart or stop it, then run the same command again");
  refuse_overrides(context.db, context.plan.name, flag, 0);
  let_requests_settle();
}

}  // namespace

journal::Evidence run(Context& context, const plan::RolloutStep& step) {
  const auto time = context.options.bake.value_or(step.bake);
  boost::json::array ladder;
  for (;;) {
    const auto current = current_flag(context, step.flag);
    if (current.percent > 0) bake(context, step.flag, current, time);
    fault::point(fault::Point::flag_baked, context.db.socket());
    hold_on_repairs(context);
    const auto next = std::find_if(step.percents.begin(), step.percents.end(), [&](int percent) { return percent > current.percent; });
    refuse_overrides(context.db, context.plan.name, step.flag, next == step.percents.end() ? current.percent : *next);
    if (next == step.percents.end()) break;
    const auto followed = change_flag(context.db, context.plan.name, step.flag, *next, std::string(actor), "rollout", patience);
    context.progress.note(fmt::format("{} at {} %: {} application processes followed in {:.0f} ms", step.flag, *next, followed.clients, followed.ms));
    for (const auto& laggard : followed.laggards) context.progress.note("has not followed yet: " + laggard);
    ladder.push_back(boost::json::object{{"percent", *next}, {"followedMs", followed.ms}, {"clients", followed.clients}});
  }
  journal::Evidence evidence;
  evidence.detail = boost::json::serialize(boost::json::object{{"ladder", ladder}});
  return evidence;
}

void undo(Context& context, const plan::RolloutStep& step) { undo_to_zero(context, step.flag); }

}  // namespace segue::steps
