#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "check/rules.hpp"
#include "mapping/derive.hpp"

namespace segue::check {

namespace {

bool has_stand_in(const plan::Mapping& mapping, const std::string& column) {
  return std::any_of(mapping.to_old.otherwise.begin(), mapping.to_old.otherwise.end(), [&](const auto& pair) { return pair.first == column; });
}

// The old side is the application's: it must be there, and something must fill it for rows that the new side writes.
void check_old_side(const plan::Mapping& mapping, const catalog::Table& table, Findings& findings) {
  for (const auto& [name, expression] : mapping.to_old.set) {
    const auto* column = table.find(name);
    if (column == nullptr) continue;
    if (column->not_null && !has_stand_in(mapping, name))
      findings.push_back({"old-side-not-null", Severity::warning, mapping.to_old.where.text(),
                          "column \"" + name + "\" is NOT NULL and has no stand-in: a row whose old side cannot be computed would be refused",
                          "give one: old: {otherwise: {" + name + ": ...}}"});
  }
}

template <class Work> void report(const plan::Mapping& mapping, Findings& findings, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    findings.push_back({"mapping", Severity::error, mapping.where.text(), error.message(), error.hint()});
  }
}

void check_key(const plan::Mapping& mapping, const catalog::Table& table, Findings& findings) {
  if (table.key.empty())
    findings.push_back({"no-key", Severity::error, mapping.where.text(), "table \"" + table.name.name + "\" has neither a primary key nor a unique index over NOT NULL columns",
                        "create a unique index first: without a key segue cannot say which rows it has moved"});
}

// Resolving needs the new columns; before expand they are not there yet, so only names known by now can be wrong.
void check_one(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& table, Findings& findings) {
  check_old_side(mapping, table, findings);
  const bool expanded = std::all_of(mapping.to_new.set.begin(), mapping.to_new.set.end(), [&](const auto& pair) { return table.find(pair.first) != nullptr; });
  const bool contracted = std::any_of(mapping.to_old.set.begin(), mapping.to_old.set.end(), [&](const auto& pair) { return table.find(pair.first) == nullptr; });
  check_key(mapping, table, findings);
  if (!expanded || contracted || table.key.empty()) return;
  report(mapping, findings, [&] { mapping::resolve(plan, mapping, table); });
}

// A table that the plan has yet to make is not missing; columns of the driving table that were retired are found by the steps.
void check_derived(pg::Connection& db, const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& driving, Findings& findings) {
  const auto derived = catalog::find_table(db, {plan.schema, mapping.into});
  check_key(mapping, driving, findings);
  if (derived) check_key(mapping, *derived, findings);
  if (driving.key.empty() || (derived && derived->key.empty())) return;
  const bool contracted = std::any_of(mapping.to_old.set.begin(), mapping.to_old.set.end(), [&](const auto& pair) { return driving.find(pair.first) == nullptr; });
  if (derived && !contracted) report(mapping, findings, [&] { mapping::resolve(plan, mapping, driving, *derived); });
}

}  // namespace

void rule_mapping(pg::Connection& db, const plan::Plan& plan, Findings& findings) {
  for (const auto& mapping : plan.mappings) {
    const auto table = catalog::find_table(db, {plan.schema, mapping.table});
    if (table && mapping.derives()) check_derived(db, plan, mapping, *table, findings);
    else if (table) check_one(plan, mapping, *table, findings);
    else findings.push_back({"no-table", Severity::error, mapping.where.text(), "there is no table \"" + plan.schema + "." + mapping.table + "\"", "check the plan's schema and the --database URL"});
  }
}

}  // namespace segue::check
