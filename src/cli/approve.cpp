#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "journal/journal.hpp"

namespace segue::cli {

namespace {

std::optional<std::string> checklist_item(const Arguments& arguments, const plan::Plan& plan) {
  if (!arguments.has("--checklist")) return std::nullopt;
  const auto most = static_cast<std::int64_t>(plan.checklist.size());
  if (most == 0) throw Error(ErrorCode::usage, "the plan has no checklist");
  return plan.checklist[static_cast<std::size_t>(arguments.integer_or("--checklist", 1, 1, most) - 1)];
}

}  // namespace

int approve(const Words& words) {
  const Arguments arguments(words, with_common({{"--reason", true}, {"--by", true}, {"--checklist", true}}));
  const auto plan = load_plan(arguments);
  const auto item = checklist_item(arguments, plan);
  const auto phase = item ? std::string("checklist") : plan.phase(arguments.positional(1, "the phase whose gate you approve")).name;
  arguments.at_most(item ? 1 : 2);
  const auto reason = arguments.value("--reason");
  if (!reason || reason->empty()) throw Error(ErrorCode::usage, "an approval needs a reason", "say --reason WHY: it is kept in the audit");
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/approve/" + plan.name});
  journal::install(db);
  journal::upgrade(db);
  {
    segue::pg::Transaction transaction(db);
    // An approval may come before the first run: the plan is registered, but not begun.
    db.run("approve.register", "insert into segue.plans (plan, title, hash) values ($1, $2, $3) on conflict do nothing"_sql, {plan.name, plan.title, plan.hash});
    journal::approve(db, plan, phase, item, actor(arguments), *reason);
    transaction.commit(fault::Point::approval_given);
  }
  const auto given = journal::approvals(db, plan, phase).size();
  if (arguments.has("--json"))
    print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"phase", phase}, {"item", item.value_or("")}, {"approvals", given}}));
  else
    print(fmt::format("approved by {}: {}{}", actor(arguments), phase, item ? " item \"" + *item + "\"" : ""));
  return 0;
}

}  // namespace segue::cli
