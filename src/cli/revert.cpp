#include "engine/revert.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/going_back.hpp"

namespace segue::cli {

namespace {

void say(const plan::Plan& plan, const engine::Prospect& prospect) {
  print(fmt::format("{}: back to phase \"{}\", in this order:", plan.name, prospect.to));
  for (const auto& work : prospect.will) print("  " + work);
  for (const auto& [step, needs] : prospect.needs) print(fmt::format("  {}: {}", step, steps::text_of(needs, prospect.room)));
  print(text_of(prospect.cost, "now"));
  if (!prospect.cost.unheld.empty())
    print("  their new side stays where it is, segue status lists them, and segue run goes forward again with them;\n"
          "  a rollback behind phase \"" + prospect.to + "\" would lose what only the new side can say");
}

}  // namespace

int revert(const Words& words) {
  const Arguments arguments(words, with_common(with_acceptance({{"--check"}, {"--reason", true}, {"--by", true}})));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const auto url = database_url(arguments);
  const auto prospect = engine::prospect(url, plan);
  const bool json = arguments.has("--json");
  boost::json::object result{{"event", "result"}, {"plan", plan.name}, {"to", prospect.to}, {"done", !arguments.has("--check")},
                             {"will", boost::json::value_from(prospect.will)}, {"cannotGoBack", json_of(prospect.cost)}};
  boost::json::array needs;
  for (const auto& [step, one] : prospect.needs) needs.push_back(boost::json::object{{"step", step}, {"needs", boost::json::parse(steps::json_of(one, prospect.room))}});
  result["needs"] = needs;
  if (!json) say(plan, prospect);
  if (!arguments.has("--check")) {
    steps::Options options;
    options.actor = actor(arguments);
    options.reason = arguments.value_or("--reason", "");
    const auto progress = progress_for(arguments);
    const auto done = engine::rollback(url, plan, prospect.to, options, accepted(arguments), *progress);
    result["steps"] = done.steps;
    result["proof"] = done.proof;
    if (!json) print(fmt::format("{}: reverted to {} ({} steps); {}", plan.name, prospect.to, done.steps, done.proof));
  }
  if (json) print(boost::json::serialize(result));
  return 0;
}

int archive(const Words& words) {
  const Arguments arguments(words, with_common(with_acceptance({{"--reason", true}, {"--by", true}})));
  const auto plan = load_plan(arguments);
  const auto& verb = arguments.positional(1, "list or drop");
  arguments.at_most(2);
  const bool json = arguments.has("--json");
  if (verb == "drop") {
    const auto reason = arguments.value("--reason");
    if (!reason || reason->empty()) throw Error(ErrorCode::usage, "removing an archive needs a reason", "say --reason WHY: it is kept in the audit");
    const auto progress = progress_for(arguments);
    steps::Options options;
    options.actor = actor(arguments);
    options.reason = *reason;
    const auto targets = engine::remove_archives(database_url(arguments), plan, options, accepted(arguments), *progress);
    if (json) print(boost::json::serialize(boost::json::object{{"event", "result"}, {"plan", plan.name}, {"removed", boost::json::value_from(targets)}}));
    else print(fmt::format("{}: the archive of {} is removed; segue revert cannot bring them back any more", plan.name, join(targets, ", ")));
    return 0;
  }
  if (verb != "list") throw Error(ErrorCode::usage, "unknown word \"" + verb + "\"", "segue archive PLAN list|drop");
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/archive/" + plan.name});
  const auto records = journal::is_installed(db) ? steps::archives(db, plan) : std::vector<steps::ArchiveRecord>();
  boost::json::array list;
  for (const auto& record : records) {
    if (json) list.push_back(boost::json::object{{"target", record.target}, {"step", record.step}, {"table", record.table}, {"rows", record.rows},
                                                 {"bytes", record.bytes}, {"at", record.at}, {"removedAt", record.removed_at}, {"removedBy", record.removed_by}});
    else if (!record.removed_at.empty()) print(fmt::format("{}: removed by {} on {}", record.target, record.removed_by, record.removed_at));
    else if (record.table.empty()) print(fmt::format("{}: dropped without an archive on {}", record.target, record.at));
    else print(fmt::format("{}: {} rows, {} bytes in segue_archive.\"{}\" since {}", record.target, grouped(record.rows), grouped(record.bytes), record.table, record.at));
  }
  if (json) print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"archives", list}}));
  else if (records.empty()) print(plan.name + ": nothing is archived");
  return 0;
}

}  // namespace segue::cli
