#include "engine/revert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/runner.hpp"

namespace segue::engine {

namespace {

constexpr auto patience = std::chrono::minutes(10);              // whoever asks for a revert waits for the whole count

bool takes_away(const plan::Step& step) { return std::holds_alternative<plan::RetireStep>(step.what) || std::holds_alternative<plan::DropStep>(step.what); }

std::size_t first_that_takes_away(const plan::Plan& plan) {
  for (std::size_t i = 0; i < plan.phases.size(); ++i)
    if (std::any_of(plan.phases[i].steps.begin(), plan.phases[i].steps.end(), takes_away)) return i;
  throw Error(ErrorCode::refused, "plan \"" + plan.name + "\" retires and drops nothing", "segue rollback " + plan.directory + " --to PHASE");
}

std::string will_do(const journal::StepRecord& record, const std::vector<steps::ArchiveRecord>& archives) {
  if (record.kind == "retire") return record.step + ": renamed back; dual write went on, so nothing is computed";
  for (const auto& archive : archives)
    if (record.kind == "drop" && archive.step == record.step)
      return fmt::format("{}: built again from the archive of {} ({} rows)", record.step, archive.at, grouped(archive.rows));
  return record.step + ": undone";
}

// Of what has been dropped by now.
void add_needs(pg::Connection& db, const plan::Plan& plan, std::size_t first, Prospect& found) {
  found.room = steps::room_of(db, plan);
  for (std::size_t i = plan.phases.size(); i-- > first;)
    for (const auto& step : plan.phases[i].steps) {
      if (journal::step_state(db, plan.name, plan.phases[i].name, step.name) == "undone") continue;
      const auto needs = steps::needs_of_undo(db, plan, step);
      if (needs && needs->rows > 0) found.needs.emplace_back(step.name, *needs);
    }
}

void refuse_what_cannot_be(const plan::Plan& plan, const steps::GoingBack& cost) {
  for (const auto& unheld : cost.unheld)
    if (unheld.stops)
      throw Error(ErrorCode::refused, fmt::format("{} rows of {} cannot go back: {}; the first is {}", grouped(unheld.rows), unheld.mapping, unheld.reason, unheld.first_key),
                  "give the mapping's old side an \"otherwise\" for the column in " + plan.directory + " and say --accept-changed-plan");
}

}  // namespace

Prospect prospect(const std::string& url, const plan::Plan& plan) {
  const auto first = first_that_takes_away(plan);
  Prospect found;
  found.to = first == 0 ? "start" : plan.phases[first - 1].name;
  pg::Connection db(url, {.application_name = "segue/revert/" + plan.name});
  if (journal::is_installed(db)) {
    const auto archives = steps::archives(db, plan);
    for (const auto& record : journal::steps(db, plan.name))
      if (plan.phase_index(record.phase) >= first && record.state != "undone") found.will.push_back(will_do(record, archives));
    std::reverse(found.will.begin(), found.will.end());
  }
  if (found.will.empty())
    throw Error(ErrorCode::refused, "nothing to revert: the old columns and tables of plan \"" + plan.name + "\" are in their places",
                "segue rollback " + plan.directory + " --to PHASE goes back further");
  steps::require_archives(db, plan, first);
  add_needs(db, plan, first, found);
  found.cost = steps::going_back(url, plan, patience);
  refuse_what_cannot_be(plan, found.cost);
  return found;
}

std::vector<std::string> remove_archives(const std::string& url, const plan::Plan& plan, const steps::Options& options,
                                         const journal::Accepted& accepted, Progress& progress) {
  Runner runner(url, plan, "archive", accepted, options.actor, progress);
  auto& db = runner.db();
  std::vector<std::string> targets;
  std::set<std::string> tables;
  for (const auto& record : steps::archives(db, plan))
    if (record.removed_at.empty() && !record.table.empty()) targets.push_back(record.target), tables.insert(record.table);
  if (targets.empty()) throw Error(ErrorCode::refused, "plan \"" + plan.name + "\" has no archive", "segue archive " + plan.directory + " list");
  pg::Transaction transaction(db);
  journal::fence(db, plan.name, runner.epoch());
  for (const auto& table : tables) db.run("archive.remove", sql::build("drop table if exists {}"_sql, sql::QualifiedName{"segue_archive", table}));
  db.run("archive.removed", R"sql(update segue.archives set "removedAt" = clock_timestamp(), "removedBy" = $2
    where plan = $1 and "removedAt" is null and "archiveTable" <> '')sql"_sql, {plan.name, options.actor});
  boost::json::array list(targets.begin(), targets.end());
  journal::audit(db, plan.name, options.actor, "archive removed", options.reason, boost::json::serialize(boost::json::object{{"targets", list}}));
  transaction.commit();
  return targets;
}

}  // namespace segue::engine
