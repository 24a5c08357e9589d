#include "mapping/derive.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "mapping/claims.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;

namespace {

using Renamed = std::map<std::string, std::string>;

[[noreturn]] void refuse(const std::string& where, const std::string& message, const std::string& hint = {}) {
  throw Error(ErrorCode::plan_file, where + ": " + message, hint);
}

// A column depends on what its expression names, on the texts of its values, and, where it uses a joined table, on everything
// the join looks at.
std::set<std::string> sources(const plan::Plan& plan, const plan::Side& side, const std::string& row, const std::string& text) {
  const auto used = sql::references_of(side.where.text(), text, row);
  std::set<std::string> columns(used.columns.begin(), used.columns.end());
  for (const auto& name : sql::value_names(side.where.text(), text)) columns.insert(plan.value(name).column);
  if (used.others) {
    const auto joined = sql::references_of(side.where.text(), side.from, row);
    columns.insert(joined.columns.begin(), joined.columns.end());
  }
  return columns;
}

std::vector<FlowColumn> columns_of(const plan::Plan& plan, const plan::Side& side, const std::string& row, const plan::ColumnExpressions& list,
                                   const catalog::Table& target, const Renamed& renamed) {
  std::vector<FlowColumn> columns;
  for (const auto& [column, expression] : list) {
    const auto now = renamed.find(column);
    const auto& name = now == renamed.end() ? column : now->second;
    if (name.empty()) continue;                                  // dropped
    const auto* found = target.find(name);
    if (found == nullptr)
      refuse(side.where.text(), "expected a column of \"" + target.name.name + "\", got \"" + column + "\"",
             "names are compared to the letter: serviceId is another column than serviceid");
    if (found->generated) refuse(side.where.text(), "column \"" + column + "\" is generated: nothing can write it");
    refuse_incomparable(side.where.text(), *found);
    columns.push_back({.column = column, .stored = name, .type = found->type, .expression = expression, .depends_on = sources(plan, side, row, expression),
                       .values = sql::value_names(side.where.text(), expression), .text_of = {}});
  }
  return columns;
}

Resolved walked(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& table) {
  if (table.key.empty())
    refuse(mapping.where.text(), "table \"" + table.name.name + "\" has neither a primary key nor a unique index over NOT NULL columns",
           "add a unique index: without a key segue cannot say which rows it has moved");
  Resolved walk;
  walk.plan = plan.name;
  walk.name = mapping.name;
  walk.schema = plan.schema;
  walk.table = table.name;
  for (const auto& column : table.key) walk.key.push_back(*table.find(column));
  return walk;
}

void check_sources(const Flow& flow, const catalog::Table& source) {
  std::set<std::string> all = flow.identity;
  for (const auto* list : {&flow.insert, &flow.set})
    for (const auto& column : *list) all.insert(column.depends_on.begin(), column.depends_on.end());
  for (const auto& column : all) {
    const auto* found = source.find(column);
    if (found == nullptr) refuse(flow.where, flow.row + "." + column + " is not a column of \"" + source.name.name + "\"", "names are compared to the letter");
    refuse_incomparable(flow.where, *found);
  }
}

Flow flow_of(const plan::Plan& plan, const plan::Mapping& mapping, const plan::Side& side, const std::string& direction, const catalog::Table& source,
             const catalog::Table& target, const Renamed& renamed) {
  Flow flow;
  flow.direction = direction;
  flow.row = direction == "new" ? "old" : "new";
  flow.from = side.from;
  flow.filter = side.filter;
  flow.where = side.where.text();
  flow.source = walked(plan, mapping, source);
  flow.target = walked(plan, mapping, target);
  flow.key = columns_of(plan, side, flow.row, side.key, target, renamed);
  flow.insert = columns_of(plan, side, flow.row, side.insert, target, renamed);
  flow.set = columns_of(plan, side, flow.row, side.set, target, renamed);
  flow.detach = columns_of(plan, side, direction, side.detach, target, renamed);
  flow.same = side.same;
  flow.identity = sources(plan, side, flow.row, side.filter);
  for (const auto& column : flow.key) flow.identity.insert(column.depends_on.begin(), column.depends_on.end());
  flow.on_delete = side.on_delete;
  flow.creates = direction == "new" || !side.insert.empty();
  return flow;
}

void join_values(const plan::Plan& plan, Derivation& derivation) {
  std::set<std::string> names;
  for (const auto& column : derivation.to_new.set) {
    names.insert(column.values.begin(), column.values.end());
    derivation.to_old.meant.push_back(column.values.empty() ? "" : column.column);
  }
  if (names.empty()) derivation.to_old.meant.clear();
  for (const auto& name : names) {
    derivation.to_new.source.values.push_back(plan.value(name));
    for (auto& column : derivation.to_old.set)
      if (column.column == plan.value(name).column) column.text_of = name;
  }
}

}  // namespace

Derivation resolve(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& driving, const catalog::Table& derived,
                   const Renamed& renamed) {
  Derivation derivation;
  derivation.plan = plan.name;
  derivation.name = mapping.name;
  derivation.schema = plan.schema;
  derivation.ranks = static_cast<int>(plan.mappings.size());
  while (derivation.rank < derivation.ranks && plan.mappings[static_cast<std::size_t>(derivation.rank)].name != mapping.name) ++derivation.rank;
  derivation.patience = plan.limits.lock_timeout;
  derivation.retired = !renamed.empty();
  derivation.to_new = flow_of(plan, mapping, mapping.to_new, "new", driving, derived, {});
  derivation.to_old = flow_of(plan, mapping, mapping.to_old, "old", derived, driving, renamed);
  join_values(plan, derivation);
  if (!derivation.retired) check_sources(derivation.to_new, driving);
  check_sources(derivation.to_old, derived);
  return derivation;
}

std::vector<Sql> try_claims(const Derivation& derivation, const Flow& flow) {
  const auto none = claims(flow, "false"_sql);
  std::vector<std::string> columns = stored_names(flow.key);
  Sql values = claim_columns('k', flow.key.size(), "c");
  if (flow.creates)
    for (const auto& [kind, list] : {std::pair{'i', &flow.insert}, std::pair{'s', &flow.set}})
      if (!list->empty()) {
        for (const auto& name : stored_names(*list)) columns.push_back(name);
        values += ", "_sql + claim_columns(kind, list->size(), "c");
      }
  return {build("explain insert into {} ({}) select {} from ({}) c on conflict ({}) do nothing"_sql, flow.target.table, sql::identifier_list(columns),
                values, none, sql::identifier_list(stored_names(flow.key))),
          build("explain select 1 from ({}) c join {} x on {} where {}"_sql, none, flow.target.table, is_target(flow, "x", "c"),
                any_differs(derivation, flow, "x", "c"))};
}

Look look_of(const Flow& flow) {
  return {claims_in(flow, Keys::unknown), flow.source.table, flow.where};
}

}  // namespace segue::mapping
