// What retire and drop would meet at the very end, after everything else has moved: found before anything has.
#include <algorithm>
#include <cctype>

#include "catalog/catalog.hpp"
#include "check/rules.hpp"
#include "plan/statements.hpp"

namespace segue::check {

namespace {

// The column as it is called now: by its own name, or retired.
const catalog::Column* column_of(const catalog::Table& table, const std::string& column) {
  const auto* found = table.find(column);
  return found != nullptr ? found : table.find(catalog::retired_name(column));
}

bool dropped_with(const plan::DropStep& drop, const std::string& table, const std::string& column) {
  return std::any_of(drop.targets.begin(), drop.targets.end(), [&](const plan::Target& target) {
    return target.table == table && (target.column == column || catalog::retired_name(target.column) == column);
  });
}

bool is_part_of_name(unsigned char byte) { return std::isalnum(byte) != 0 || byte == '_' || byte >= 0x80; }

bool names(const std::string& text, const std::string& name) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !is_part_of_name(text[at - 1])) && (end == text.size() || !is_part_of_name(text[end]))) return true;
  }
  return false;
}

// One target that is there, with the step that names it.
struct Look {
  pg::Connection& db;
  const plan::Plan& plan;
  const plan::Step& step;
  const plan::Target& target;
  const catalog::Table& table;
  const catalog::Column* column;                                 // none: the whole table
  Findings& findings;

  void refuse(const std::string& rule, const std::string& what, const std::string& hint) const {
    const auto name = target.column.empty() ? target.table : target.table + "." + target.column;
    findings.push_back({rule, Severity::error, step.where.text(), "\"" + name + "\" " + what, hint});
  }
};

constexpr const char* instead = "keep it, or drop it with archive: false in a phase that is irreversible: true";

// An SQL step of the plan, before this one, names it: it is taken to take care of it.
bool named_before(const Look& look, const std::string& name) {
  for (const auto& phase : look.plan.phases)
    for (const auto& step : phase.steps) {
      if (&step == &look.step) return false;
      if (const auto* sql_step = std::get_if<plan::SqlStep>(&step.what); sql_step != nullptr && names(sql_step->text, name)) return true;
    }
  return false;
}

void refuse_inherited(const Look& look) {
  if (look.column != nullptr && look.column->inherited)
    look.refuse("inherited-column", "is inherited: PostgreSQL renames and drops it only with the table it comes from",
                "name the table it comes from, for a partition the partitioned table");
}

// What belongs to the table alone goes with the whole of it.
bool goes_too(const Look& look, const plan::DropStep& drop, const catalog::Dependent& dependent) {
  if (look.column == nullptr) return dependent.kind == "generated column" || dependent.kind == "trigger" || dependent.kind == "policy";
  return dependent.kind == "generated column" && dropped_with(drop, look.target.table, dependent.name);
}

void refuse_what_cannot_go(const Look& look, const plan::DropStep& drop) {
  if (look.column != nullptr && catalog::in_partition_key(look.db, look.table.name, look.column->name))
    look.refuse("partition-key", "is in the partition key: PostgreSQL never drops it",
                "keep the column, or move the rows into a table that is partitioned otherwise (into:)");
  for (const auto& dependent : catalog::dependents(look.db, look.table.name, look.column != nullptr ? look.column->name : ""))
    if (!goes_too(look, drop, dependent) && !named_before(look, dependent.name))
      look.refuse("column-in-use", "cannot be dropped: " + dependent.kind + " \"" + dependent.name + "\" is made from it",
                  "drop or change it in an SQL step before, with an undo; or keep it");
}

// Of the whole table PostgreSQL refuses to drop what anybody reads; of a column only what is named, and a row is not asked.
void refuse_row_readers(const Look& look) {
  for (const auto& reader : catalog::row_readers(look.db, look.table.name)) {
    if (named_before(look, reader.of.name)) continue;
    const auto what = reader.of.kind + " \"" + reader.of.name + "\"";
    if (look.column == nullptr && !reader.names_columns)
      look.refuse("table-in-use", "cannot be dropped: " + what + " is made from it", "drop or change it in an SQL step before, with an undo; or keep the table");
    else if (look.column != nullptr && reader.whole)
      look.refuse("row-in-use", "stands in the rows that " + what + " reads whole: what it says would change, and nobody would be told",
                  "name the columns it means in an SQL step before, with an undo; where whole rows are meant, an SQL step that makes it anew says so");
  }
}

void refuse_column_without_return(const Look& look) {
  if (look.column->generated)
    look.refuse("generated-column", "is generated: it would come back only by writing the whole table anew while nobody can use it", instead);
  if (look.column->own_sequence)
    look.refuse("own-sequence", "is numbered by a sequence of its own (identity or serial): an archive does not keep that", instead);
  if (!look.table.partitioned) return;
  if (const auto key = catalog::unique_constraint_over(look.db, look.table.name, look.column->name); !key.empty())
    look.refuse("partitioned-constraint",
                "belongs to the unique constraint \"" + key + "\" of a partitioned table, which could come back only while nobody can write",
                "make it a unique index first");
}

// A table comes back as its columns, rows, keys and indexes.
void refuse_table_without_return(const Look& look) {
  const auto any = [&](const auto& is) { return std::any_of(look.table.columns.begin(), look.table.columns.end(), is); };
  const auto refuse = [&](const std::string& rule, const std::string& what) {
    look.refuse(rule, what + ": an archive does not keep that", instead);
  };
  if (look.table.partitioned) refuse("partitioned-table", "is partitioned");
  if (any([](const auto& column) { return column.inherited; })) refuse("inherited-table", "inherits from another table, or is a partition");
  if (any([](const auto& column) { return column.generated; })) refuse("generated-column", "has a generated column");
  if (any([](const auto& column) { return column.own_sequence; })) refuse("own-sequence", "has a column that is numbered by a sequence of its own (identity or serial)");
}

void refuse_drop(const Look& look, const plan::DropStep& drop) {
  refuse_what_cannot_go(look, drop);
  refuse_row_readers(look);
  if (!drop.archive) return;
  if (look.column != nullptr) refuse_column_without_return(look);
  else refuse_table_without_return(look);
}

// A target that is not there (yet, or any more) is the steps' business.
template <class Rule> void each(pg::Connection& db, const plan::Plan& plan, const plan::Step& step, const std::vector<plan::Target>& targets,
                                Findings& findings, const Rule& rule) {
  for (const auto& target : targets) {
    auto table = catalog::find_table(db, {plan.schema, target.table});
    if (!table && target.column.empty()) table = catalog::find_table(db, {plan.schema, catalog::retired_name(target.table)});
    const auto* column = table && !target.column.empty() ? column_of(*table, target.column) : nullptr;
    if (table && (column != nullptr || target.column.empty())) rule(Look{db, plan, step, target, *table, column, findings});
  }
}

}  // namespace

void rule_targets(pg::Connection& db, const plan::Plan& plan, Findings& findings) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      if (const auto* retire = std::get_if<plan::RetireStep>(&step.what)) each(db, plan, step, retire->targets, findings, refuse_inherited);
      if (const auto* drop = std::get_if<plan::DropStep>(&step.what))
        each(db, plan, step, drop->targets, findings, [&](const Look& look) { refuse_drop(look, *drop); });
    }
}

}  // namespace segue::check
