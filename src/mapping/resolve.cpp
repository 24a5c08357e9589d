#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mapping/expressions.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

void refuse_incomparable(const std::string& where, const catalog::Column& column) {
  static const std::set<std::string> types{"json", "xml", "point", "polygon"};
  if (!types.contains(column.type.substr(0, column.type.find('[')))) return;
  throw Error(ErrorCode::plan_file, where + ": column \"" + column.name + "\" is " + column.type + ", and PostgreSQL cannot compare two of those",
         column.type == "json" ? "make the column jsonb" : "give the mapping a column of another type that is made from it");
}

bool Direction::has_stand_ins() const {
  return std::any_of(columns.begin(), columns.end(), [](const Derived& column) { return !column.stand_in.empty(); });
}

namespace {

using Renamed = std::map<std::string, std::string>;

[[noreturn]] void refuse(const std::string& where, const std::string& message, const std::string& hint = {}) {
  throw Error(ErrorCode::plan_file, where + ": " + message, hint);
}

// A column depends on what its expression names, on the columns its values read, and, where it uses a joined table,
// on everything the join looks at.
std::set<std::string> dependencies(const plan::Plan& plan, const plan::Side& side, const std::string& row,
                                   const std::string& expression) {
  const auto where = side.where.text();
  const auto used = sql::references_of(where, expression, row);
  std::set<std::string> columns(used.columns.begin(), used.columns.end());
  for (const auto& name : sql::value_names(where, expression)) columns.insert(plan.value(name).column);
  if (used.others && !side.from.empty()) {
    const auto joined = sql::references_of(where, side.from, row);
    columns.insert(joined.columns.begin(), joined.columns.end());
  }
  return columns;
}

std::string stand_in_of(const plan::Side& side, const std::string& column) {
  for (const auto& [name, expression] : side.otherwise)
    if (name == column) return expression;
  return {};
}

// A default that is one constant, as pg_get_expr prints it: 'text'::type, 12, true. Anything else may differ from row to row.
std::string constant_default(const catalog::Column& column) {
  if (!column.default_expression) return {};
  const auto& text = *column.default_expression;
  if (text == "true" || text == "false" || to_number(text)) return text;
  if (text.front() != '\'') return {};
  std::size_t end = 1;
  while (end < text.size() && (text[end] != '\'' || (end + 1 < text.size() && text[end + 1] == '\''))) end += text[end] == '\'' ? 2 : 1;
  const auto rest = text.substr(std::min(end + 1, text.size()));
  const bool cast_only = rest.empty() || (rest.rfind("::", 0) == 0 && rest.find_first_of("'+|") == std::string::npos);
  return cast_only ? text : std::string();
}

bool is_required(const plan::Plan& plan, const std::string& table, const std::string& column) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (const auto* require = std::get_if<plan::RequireStep>(&step.what);
          require != nullptr && require->table == table && std::find(require->columns.begin(), require->columns.end(), column) != require->columns.end())
        return true;
  return false;
}

Direction direction(const plan::Plan& plan, const plan::Side& side, const std::string& row, const catalog::Table& table,
                    const Renamed& renamed, const std::vector<std::string>& snapshot) {
  Direction resolved{row, side.from, side.where.text(), {}, side.same};
  for (const auto& [column, expression] : side.set) {
    const auto now = renamed.find(column);
    const auto& name = now == renamed.end() ? column : now->second;
    if (name.empty()) continue;                                  // dropped
    const auto* found = table.find(name);
    if (found == nullptr)
      refuse(resolved.where, "expected a column of \"" + table.name.name + "\", got \"" + column + "\"",
             "names are compared to the letter: serviceId is another column than serviceid");
    if (found->generated) refuse(resolved.where, "column \"" + column + "\" is generated: nothing can write it");
    refuse_incomparable(resolved.where, *found);
    const bool is_snapshot = std::find(snapshot.begin(), snapshot.end(), column) != snapshot.end();
    resolved.columns.push_back({column, name, found->type, expression, stand_in_of(side, column), dependencies(plan, side, row, expression), is_snapshot,
                                constant_default(*found), found->not_null, found->not_null || is_required(plan, table.name.name, column)});
  }
  return resolved;
}

void check_sources(const Direction& side, const catalog::Table& table, bool may_be_gone, const std::string& example) {
  for (const auto& column : side.columns)
    for (const auto& source : column.depends_on) {
      const auto* found = table.find(source);
      if (found != nullptr) refuse_incomparable(side.where, *found);
      if (found != nullptr && found->generated)
        refuse(side.where, "column \"" + source + "\" is generated: triggers run before PostgreSQL has computed it",
               "write what it is made from instead of its name");
      if (found == nullptr && !may_be_gone)
        refuse(side.where, side.row + "." + source + " is not a column of \"" + table.name.name + "\"",
               "write camelCase names in double quotes: " + example);
    }
}

void check_sides(const plan::Mapping& mapping, const Resolved& resolved, const catalog::Table& table) {
  const auto where = mapping.where.text();
  for (const auto& column : resolved.to_new.columns)
    for (const auto& other : resolved.to_old.columns)
      if (column.column == other.column) refuse(where, "column \"" + column.column + "\" stands on both sides of the mapping");
  check_sources(resolved.to_new, table, resolved.retired, "old.\"preferredTime\"");
  check_sources(resolved.to_old, table, false, "new.\"serviceId\"");
}

std::vector<plan::ValueDef> values_used(const plan::Plan& plan, const plan::Mapping& mapping) {
  std::set<std::string> names;
  for (const auto* side : {&mapping.to_new, &mapping.to_old})
    for (const auto& [column, expression] : side->set)
      for (const auto& name : sql::value_names(side->where.text(), expression)) names.insert(name);
  std::vector<plan::ValueDef> used;
  for (const auto& name : names) used.push_back(plan.value(name));
  return used;
}

}  // namespace

Resolved resolve(const plan::Plan& plan, const plan::Mapping& mapping, const catalog::Table& table, const Renamed& renamed) {
  Resolved resolved;
  resolved.plan = plan.name;
  resolved.name = mapping.name;
  resolved.schema = plan.schema;
  resolved.table = table.name;
  resolved.key_correlation = table.key_correlation;
  resolved.retired = !renamed.empty();
  if (table.key.empty())
    refuse(mapping.where.text(), "table \"" + table.name.name + "\" has neither a primary key nor a unique index over NOT NULL columns",
           "add a unique index: without a key segue cannot say which rows it has moved");
  for (const auto& column : table.key) resolved.key.push_back(*table.find(column));
  resolved.values = values_used(plan, mapping);
  resolved.to_new = direction(plan, mapping.to_new, "old", table, {}, mapping.snapshot);
  resolved.to_old = direction(plan, mapping.to_old, "new", table, renamed, {});
  check_sides(mapping, resolved, table);
  return resolved;
}

}  // namespace segue::mapping
