// Mapped tables that are not one heap: what inherits from them, and what PostgreSQL has no online form of where they are partitioned.
#include <set>

#include "catalog/catalog.hpp"
#include "base/text.hpp"
#include "check/rules.hpp"
#include "plan/statements.hpp"

namespace segue::check {

namespace {

std::set<std::string> mapped_tables(const plan::Mapping& mapping) {
  std::set<std::string> tables{mapping.table};
  if (mapping.derives()) tables.insert(mapping.into);
  return tables;
}

// A query sees the rows of heirs, a trigger and a unique index do not.
void refuse_heirs(const plan::Mapping& mapping, const catalog::Table& table, Findings& findings) {
  if (table.heirs.empty()) return;
  findings.push_back({"inherited-table", Severity::error, mapping.where.text(),
                      "table \"" + table.name.name + "\" is inherited by " + join(table.heirs, ", ") +
                          ": a query of it sees their rows, and its triggers and its key do not",
                      "map each table that inherits, and none that is inherited from"});
}

// PostgreSQL does not let a BEFORE trigger move a row to another partition.
void refuse_moved_rows(pg::Connection& db, const plan::Mapping& mapping, const catalog::Table& table, Findings& findings) {
  if (mapping.derives() || !table.partitioned) return;
  for (const auto* side : {&mapping.to_new, &mapping.to_old})
    for (const auto& [column, expression] : side->set)
      if (catalog::in_partition_key(db, table.name, column))
        findings.push_back({"partition-key", Severity::error, side->where.text(),
                            "column \"" + column + "\" is in the partition key of \"" + table.name.name + "\": no trigger may move a row to another partition",
                            "leave the column as it is, or derive the rows into another table (into:)"});
}

// A primary key or unique constraint takes an index over: on a partitioned table PostgreSQL does that only while nobody can write.
void refuse_constraint_index(pg::Connection& db, const plan::Plan& plan, const std::string& where, const sql::Operation& operation, Findings& findings) {
  if (operation.index.empty() || operation.index.front().dropped || !operation.index.front().on_only.empty()) return;
  const auto& name = operation.index.front().table;
  const auto table = catalog::find_table(db, {name.schema.empty() ? plan.schema : name.schema, name.name});
  if (table && table->partitioned)
    findings.push_back({"partitioned-constraint", Severity::error, where,
                        "\"" + name.name + "\" is partitioned: PostgreSQL makes a unique constraint on it only while nobody can write",
                        "write CREATE UNIQUE INDEX instead: it is built one partition at a time, and does the same"});
}

}  // namespace

void rule_tables(pg::Connection& db, const plan::Plan& plan, Findings& findings) {
  for (const auto& mapping : plan.mappings)
    for (const auto& name : mapped_tables(mapping))
      if (const auto table = catalog::find_table(db, {plan.schema, name})) {
        refuse_heirs(mapping, *table, findings);
        refuse_moved_rows(db, mapping, *table, findings);
      }
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (const auto* sql_step = std::get_if<plan::SqlStep>(&step.what))
        for (const auto& operation : plan::operations_of(plan, phase, step)) refuse_constraint_index(db, plan, place(step.where, sql_step->file, operation), operation, findings);
}

}  // namespace segue::check
