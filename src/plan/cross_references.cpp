// What the parts of a plan say about each other: names that exist, and an order in which the work can be done.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "plan/nearest.hpp"
#include "plan/readers.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

template <class Named> std::vector<std::string> names_of(const std::vector<Named>& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

void refuse_unknown(const Where& where, const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const auto hint = known.empty() ? "the plan defines no " + what : "the plan defines: " + join(known, ", ");
  fail(where, "unknown " + what + " " + quoted(name) + did_you_mean(name, known), hint);
}

std::vector<std::string> values_in(const Side& side) {
  std::vector<std::string> names;
  for (const auto& [column, expression] : side.set)
    for (const auto& name : sql::value_names(side.where.text(), expression)) names.push_back(name);
  return names;
}

// A value reads a text of the old side, so only what the new side sets can be made of it.
void refuse_values_elsewhere(const Mapping& mapping) {
  const auto refuse = [](const Where& where, const std::string& text) {
    for (const auto& name : sql::value_names(where.text(), text))
      fail(where, "expected value(" + name + ") in set: of the new side only, got it elsewhere");
  };
  for (const auto* side : {&mapping.to_new, &mapping.to_old}) {
    refuse(side->where, side->from);
    refuse(side->where, side->filter);
    for (const auto* list : {&side->otherwise, &side->key, &side->insert, &side->detach})
      for (const auto& [column, expression] : *list) refuse(side->where, expression);
    for (const auto& condition : side->same) refuse(side->where, condition);
  }
  for (const auto& [column, expression] : mapping.to_old.set) refuse(mapping.to_old.where, expression);
}

void check_mapping(const Plan& plan, const Mapping& mapping) {
  refuse_values_elsewhere(mapping);
  for (const auto& name : values_in(mapping.to_new)) {
    refuse_unknown(mapping.to_new.where, "value", name, names_of(plan.values));
    const auto& value = plan.value(name);
    if (value.table != mapping.table)
      fail(mapping.to_new.where, fmt::format("expected a value of table {}, got {}, which is read from table {}",
                                             quoted(mapping.table), quoted(name), quoted(value.table)));
  }
}

// Walks the steps in the order they run.
class Order {
 public:
  explicit Order(const Plan& plan) : plan_(plan) {}

  void see(const Step& step) {
    std::visit([&](const auto& what) { check(step.where, what); }, step.what);
  }

 private:
  void check(const Where& where, const ProfileStep& step) {
    refuse_unknown(where, "value", step.value, names_of(plan_.values));
    profiled_.insert(step.value);
  }
  void check(const Where& where, const SyncStep& step) {
    refuse_unknown(where, "mapping", step.mapping, names_of(plan_.mappings));
    require_needed(where, "sync", step.mapping, synced_);
    if (!synced_.insert(step.mapping).second) fail(where, "expected one sync of " + quoted(step.mapping) + ", got a second");
  }
  void check(const Where& where, const BackfillStep& step) {
    require_sync(where, "backfill", step.mapping);
    require_needed(where, "backfill", step.mapping, filled_);
    filled_.insert(step.mapping);
    for (const auto& value : values_in(plan_.mapping(step.mapping).to_new))
      if (!profiled_.contains(value))
        fail(where, "expected profile: " + value + " before the backfill that reads it, got none",
             "without a profile nobody knows what the stored texts mean");
  }
  void check(const Where& where, const VerifyStep& step) { require_sync(where, "verify", step.mapping); }
  void check(const Where& where, const RolloutStep& step) {
    if (!flags_.insert(step.flag).second)
      fail(where, "expected one rollout of " + quoted(step.flag) + ", got a second", "one step takes a flag through all its percentages");
  }
  void check(const Where& where, const RetireStep& step) { keep_tables(where, step.targets); }
  void check(const Where& where, const DropStep& step) { keep_tables(where, step.targets); }
  template <class Other> void check(const Where&, const Other&) {}

  // The way back leads through both tables.
  void keep_tables(const Where& where, const std::vector<Target>& targets) const {
    for (const auto& target : targets)
      for (const auto& mapping : plan_.mappings)
        if (target.column.empty() && mapping.derives() && (mapping.table == target.table || mapping.into == target.table))
          fail(where, fmt::format("expected columns of {}, got the whole table, which mapping {} keeps", quoted(target.table), quoted(mapping.name)),
               "retire and drop its old columns");
  }

  void require_sync(const Where& where, const std::string& kind, const std::string& mapping) const {
    refuse_unknown(where, "mapping", mapping, names_of(plan_.mappings));
    if (!synced_.contains(mapping))
      fail(where, fmt::format("expected sync: {} before this {}, got none", mapping, kind),
           "rows written while it runs would be missed");
  }

  // What a mapping reads must be there, and followed, before it is read.
  void require_needed(const Where& where, const std::string& kind, const std::string& name, const std::set<std::string>& done) const {
    const auto& mapping = plan_.mapping(name);
    for (const auto& other : plan_.mappings)
      if (needs(mapping, other) && !done.contains(other.name))
        fail(where, fmt::format("expected {}: {} before this {}, got none", kind, other.name, kind),
             fmt::format("mapping {} reads the rows that {} derives into {}", quoted(name), quoted(other.name), quoted(other.into)));
  }

  const Plan& plan_;
  std::set<std::string> profiled_, synced_, filled_, flags_;
};

}  // namespace

void check_cross_references(const Plan& plan) {
  for (const auto& mapping : plan.mappings) check_mapping(plan, mapping);
  Order order(plan);
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) order.see(step);
}

}  // namespace segue::plan
