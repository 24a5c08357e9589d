#include <algorithm>
#include <set>

#include "check/rules.hpp"
#include "plan/statements.hpp"

namespace segue::check {

namespace {

struct Seen { std::set<std::string> synced, backfilled, retired; bool mapped_table(const plan::Plan& plan, const std::string& table) const {
  return std::any_of(plan.mappings.begin(), plan.mappings.end(), [&](const auto& mapping) { return !mapping.derives() && mapping.table == table && !backfilled.contains(mapping.name); });
} };

// Rows that follow derived rows are found by such an index from the first write on.
bool needs_index(const plan::Plan& plan, const std::string& table) {
  for (const auto& mapping : plan.mappings)
    for (const auto& other : plan.mappings)
      if (mapping.table == table && !mapping.derives() && plan::needs(mapping, other)) return true;
  return false;
}

void before_backfill(const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, const Seen& seen, Findings& findings) {
  const auto* sql_step = std::get_if<plan::SqlStep>(&step.what);
  if (sql_step == nullptr) return;
  for (const auto& operation : plan::operations_of(plan, phase, step)) {
    const bool index = !operation.index.empty() && !operation.index.front().dropped;
    const bool heavy = index || operation.describes.find("foreign key") != std::string::npos;
    for (const auto& table : operation.tables)
      if (heavy && !(index && needs_index(plan, table.name)) && seen.mapped_table(plan, table.name))
        findings.push_back({"index-before-backfill", Severity::warning, place(step.where, sql_step->file, operation),
                            operation.describes + " comes before the backfill of \"" + table.name + "\": every row's update must write it too",
                            "move it behind the backfill step: several times less time, WAL and bloat"});
  }
}

std::string target_text(const plan::Target& target) { return target.column.empty() ? target.table : target.table + "." + target.column; }

void drop_without_retire(const plan::Step& step, const plan::DropStep& drop, const Seen& seen, Findings& findings) {
  for (const auto& target : drop.targets)
    if (!seen.retired.contains(target_text(target)))
      findings.push_back({"drop-without-retire", Severity::error, step.where.text(), "\"" + target_text(target) + "\" is dropped without having been retired",
                          "put a retire step before it: a retired column comes back in one short lock"});
}

void require_before_backfill(const plan::Plan& plan, const plan::Step& step, const plan::RequireStep& require, const Seen& seen, Findings& findings) {
  if (seen.mapped_table(plan, require.table))
    findings.push_back({"require-before-backfill", Severity::error, step.where.text(), "columns of \"" + require.table + "\" are required before they are filled",
                        "move the require step behind backfill and verify"});
}

}  // namespace

void rule_order(const plan::Plan& plan, Findings& findings) {
  Seen seen;
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      before_backfill(plan, phase, step, seen, findings);
      if (const auto* sync = std::get_if<plan::SyncStep>(&step.what)) seen.synced.insert(sync->mapping);
      if (const auto* backfill = std::get_if<plan::BackfillStep>(&step.what)) seen.backfilled.insert(backfill->mapping);
      if (const auto* require = std::get_if<plan::RequireStep>(&step.what)) require_before_backfill(plan, step, *require, seen, findings);
      if (const auto* drop = std::get_if<plan::DropStep>(&step.what)) drop_without_retire(step, *drop, seen, findings);
      if (const auto* retire = std::get_if<plan::RetireStep>(&step.what))
        for (const auto& target : retire->targets) seen.retired.insert(target_text(target));
      if (std::holds_alternative<plan::RolloutStep>(step.what) && seen.synced.size() < plan.mappings.size())
        findings.push_back({"rollout-without-sync", Severity::error, step.where.text(), "traffic moves before dual write is on for every mapping",
                            "put the sync steps before the rollout: without them there is no way back"});
    }
}

}  // namespace segue::check
