// segue repairs: rows whose other side could not be computed, and what people say about them.
#include "engine/repairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/table.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "journal/journal.hpp"

namespace segue::cli {

namespace {

namespace json = boost::json;

struct Call {
  const Arguments& arguments;
  const plan::Plan& plan;
  segue::pg::Connection& db;
  bool as_json() const { return arguments.has("--json"); }

  engine::Who who() const {
    const auto reason = arguments.value_or("--reason", "");
    if (reason.empty()) throw Error(ErrorCode::usage, "what a person decides needs a reason", "say --reason WHY: it is kept in the audit");
    return {actor(arguments), reason};
  }

  journal::RepairFilter filter() const {
    static constexpr std::string_view sides[] = {"", "new", "old", "both", "into new", "into old"};
    journal::RepairFilter filter{arguments.value_or("--mapping", ""), arguments.value_or("--key", ""), arguments.value_or("--side", ""), arguments.value_or("--because", "")};
    if (!filter.mapping.empty()) plan.mapping(filter.mapping);   // Error{not_found}
    if (std::ranges::find(sides, filter.side) == std::end(sides))
      throw Error(ErrorCode::usage, "there is no side \"" + filter.side + "\"", "say new, old, both, \"into new\" or \"into old\", as segue repairs PLAN list does");
    return filter;
  }

  // One row, or all that are queued for one reason: never simply everything.
  journal::RepairFilter named() const {
    auto filter = this->filter();
    if (filter.mapping.empty() && plan.mappings.size() == 1) filter.mapping = plan.mappings.front().name;
    if (filter.mapping.empty() || (filter.key.empty() && (filter.side.empty() || filter.reason.empty())))
      throw Error(ErrorCode::usage, "it is not said which rows are meant", "say --mapping NAME --key KEY, or --mapping NAME --side SIDE --because REASON, as segue repairs PLAN list prints them");
    return filter;
  }
};

json::value json_of(const journal::RepairEntry& entry) {
  json::object object{{"mapping", entry.mapping}, {"key", entry.key}, {"side", entry.side}, {"reason", entry.reason}, {"at", entry.at}, {"accepted", nullptr}};
  if (!entry.accepted_at.empty()) object["accepted"] = json::object{{"by", entry.accepted_by}, {"reason", entry.accepted_for}, {"at", entry.accepted_at}};
  return object;
}

int list(const Call& call) {
  const auto most = call.arguments.integer_or("--top", 200, 1, 1'000'000);
  journal::RepairList found;
  if (journal::is_installed(call.db)) found = journal::repair_entries(call.db, call.plan.name, call.filter(), call.arguments.has("--all"), most);
  if (call.as_json()) {
    json::array entries;
    for (const auto& entry : found.entries) entries.push_back(json_of(entry));
    return print(json::serialize(json::object{{"plan", call.plan.name}, {"entries", entries}, {"leftOut", found.left_out}})), 0;
  }
  if (found.entries.empty()) return print("nothing waits in the repair queue"), 0;
  Table table{"", {"mapping", "key", "side", "reason", "since", "accepted"}, {}};
  for (const auto& entry : found.entries)
    table.rows.push_back({entry.mapping, entry.key, entry.side, entry.reason, entry.at,
                          entry.accepted_at.empty() ? "" : fmt::format("{} by {}: {}", entry.accepted_at, entry.accepted_by, entry.accepted_for)});
  print(join(lines_of(table), "\n"));
  if (found.left_out > 0) print(fmt::format("and {} more: --top shows them", grouped(found.left_out)));
  return 0;
}

int tell(const Call& call, std::string_view key, std::int64_t rows, std::string_view text) {
  if (call.as_json()) print(json::serialize(json::object{{"plan", call.plan.name}, {key, rows}}));
  else print(fmt::format("{} {} {}", grouped(rows), rows == 1 ? "row" : "rows", text));
  return 0;
}

int accept(const Call& call) {
  const auto who = call.who();
  return tell(call, "accepted", engine::accept_repairs(call.db, call.plan, call.named(), who), "accepted: they count again when they are written");
}

int withdraw(const Call& call) {
  const auto who = call.who();
  return tell(call, "withdrawn", engine::withdraw_repairs(call.db, call.plan, call.named(), who), "of the repair queue wait again");
}

int retry(const Call& call) {
  const auto queue = engine::retry_repairs(call.db, call.plan);
  if (call.as_json())
    print(json::serialize(json::object{{"plan", call.plan.name}, {"settled", queue.settled}, {"open", queue.open}, {"accepted", queue.accepted}}));
  else
    print(fmt::format("{} rows settled; {} wait, {} are accepted as they are", grouped(queue.settled), grouped(queue.open), grouped(queue.accepted)));
  return queue.open == 0 ? 0 : 1;
}

int take(const Call& call) {
  const auto who = call.who();
  const auto& side = call.arguments.positional(2, "the side that is right: old or new");
  if (side != "old" && side != "new") throw Error(ErrorCode::usage, "there is no side \"" + side + "\"", "say take old, or take new");
  const auto filter = call.named();
  if (filter.key.empty()) throw Error(ErrorCode::usage, "one side is taken of one row", "say --mapping NAME --key KEY");
  const bool settled = engine::take_side(call.db, call.plan, filter.mapping, filter.key, side == "old", who);
  if (call.as_json()) print(json::serialize(json::object{{"plan", call.plan.name}, {"taken", side}, {"settled", settled}}));
  else
    print(fmt::format("the {} side was taken{}", side, settled ? ": the row is settled" : fmt::format("; the other one has no word for it, so the row still waits: segue repairs {} accept", call.plan.directory)));
  return settled ? 0 : 1;
}

}  // namespace

int repairs(const Words& words) {
  const Arguments arguments(words, with_common({{"--mapping", true}, {"--key", true}, {"--side", true}, {"--because", true}, {"--all"}, {"--top", true}, {"--reason", true}, {"--by", true}}));
  const auto plan = load_plan(arguments);
  struct Verb { std::string_view name; std::size_t words; int (*run)(const Call&); };
  static constexpr Verb verbs[] = {{"list", 2, list}, {"accept", 2, accept}, {"withdraw", 2, withdraw}, {"retry", 2, retry}, {"take", 3, take}};
  const auto& named = arguments.positional(1, "list, accept, withdraw, retry or take");
  for (const auto& verb : verbs) {
    if (verb.name != named) continue;
    arguments.at_most(verb.words);
    segue::pg::Connection db(database_url(arguments), {.application_name = "segue/repairs/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
    return verb.run({arguments, plan, db});
  }
  throw Error(ErrorCode::usage, "repairs cannot \"" + named + "\"", "say list, accept, withdraw, retry or take");
}

}  // namespace segue::cli
