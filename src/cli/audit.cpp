#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "journal/audit.hpp"
#include "journal/journal.hpp"

namespace segue::cli {

namespace {

int list(segue::pg::Connection& db, const plan::Plan& plan, bool json) {
  const auto entries = journal::is_installed(db) ? journal::audit_entries(db, plan.name) : std::vector<journal::AuditEntry>();
  boost::json::array list;
  for (const auto& entry : entries) {
    if (json)
      list.push_back(boost::json::object{{"number", entry.number}, {"at", entry.at}, {"actor", entry.actor}, {"action", entry.action},
                                         {"reason", entry.reason}, {"evidence", boost::json::parse(entry.evidence)}, {"hash", entry.hash}});
    else
      print(fmt::format("{:>5}  {}  {}: {}{}{}", entry.number, entry.at, entry.actor, entry.action, entry.reason.empty() ? "" : " (" + entry.reason + ")",
                        entry.evidence == "{}" ? "" : "\n       " + entry.evidence));
  }
  if (json) print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"entries", list}}));
  else if (entries.empty()) print(plan.name + ": nothing was done yet");
  return 0;
}

int verify_chains(segue::pg::Connection& db, const std::vector<journal::ChainReport>& reports, bool json) {
  bool whole = true;
  boost::json::array list;
  for (const auto& report : reports) {
    whole = whole && report.fault.empty();
    if (json)
      list.push_back(boost::json::object{{"plan", report.plan}, {"entries", report.entries}, {"head", report.head}, {"fault", report.fault}});
    else if (report.fault.empty())
      print(fmt::format("ok  {}: {} entries, the chain is whole\n    head {}", report.plan, report.entries, report.head));
    else
      print(fmt::format("NO  {}: {}; the {} before it fit", report.plan, report.fault, report.entries));
  }
  if (json) print(boost::json::serialize(boost::json::object{{"whole", whole}, {"chains", list}}));
  else if (reports.empty()) print("nothing to verify: no plan has begun");
  else if (!whole) print(fmt::format("HINT: somebody with the rights of \"{}\" or a superuser changed segue.audit; compare it with a backup", 
                                     db.run("audit.owner", "select relowner::regrole::text from pg_catalog.pg_class where oid = 'segue.audit'::regclass"_sql).text()));
  return whole ? 0 : 1;
}

}  // namespace

int audit(const Words& words) {
  const Arguments arguments(words, with_common({{"--known", true}}));
  const bool verifies = !arguments.positional().empty() && arguments.positional().front() == "verify";
  arguments.at_most(verifies ? 2 : 1);
  const auto known = arguments.value("--known");
  if (known && (!verifies || arguments.positional().size() < 2))
    throw Error(ErrorCode::usage, "option \"--known\" goes with segue audit verify PLAN", "segue audit verify PLAN --known NUMBER:HASH");
  std::optional<plan::Plan> plan;
  if (!verifies || arguments.positional().size() == 2) plan = plan::load(arguments.positional(verifies ? 1 : 0, "the plan's folder, or verify"));
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/audit"});
  if (!verifies) return list(db, *plan, arguments.has("--json"));
  if (!journal::is_installed(db)) return verify_chains(db, {}, arguments.has("--json"));
  std::optional<journal::AuditHead> head;
  if (known) head = journal::audit_head_of(*known);
  return verify_chains(db, plan ? std::vector{journal::check_audit(db, plan->name, head)} : journal::check_every_audit(db), arguments.has("--json"));
}

}  // namespace segue::cli
