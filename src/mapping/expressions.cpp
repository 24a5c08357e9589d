#include "mapping/expressions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

// The map gives a text's meaning; what it does not know, or nobody could read, gets the plan's provisional meaning.
ValueJoin value_join(const std::string& plan, const plan::ValueDef& value, const std::string& row, std::size_t number) {
  const Ident alias{"segue value " + std::to_string(number)};
  const auto raw = Sql::from_plan(row) + build(".{}::text"_sql, Ident{value.column});
  const auto meaning = value.live ? build("coalesce({}.meaning, {})"_sql, alias, Literal{*value.live}) : build("{}.meaning"_sql, alias);
  return {value.name, meaning,
          build(" left join segue.value_map {} on {}.plan = {} and {}.value = {} and {}.raw = {}"_sql, alias, alias,
                Literal{plan}, alias, Literal{value.name}, alias, raw),
          {value.name, build("{}.raw is null and {} is not null"_sql, alias, raw), raw}};
}

namespace {

bool uses(const Direction& side, const std::string& value) {
  return std::any_of(side.columns.begin(), side.columns.end(), [&](const Derived& column) {
    const auto names = sql::value_names(side.where, column.expression);
    return std::find(names.begin(), names.end(), value) != names.end();
  });
}

}  // namespace

Sql plan_text(std::string text) {
  if (text.find("--") != std::string::npos) text += '\n';
  return Sql::from_plan(std::move(text));
}

std::string named(const std::string& prefix, const std::string& plan, const std::string& mapping) {
  constexpr std::size_t longest_name = 63;
  const auto name = prefix + " " + plan + " " + mapping;
  if (name.size() <= longest_name) return name;
  return prefix + " " + sha256_hex(plan + "/" + mapping).substr(0, 24);
}

Sql dollar_quote(const Sql& body) {
  std::string mark = "$segue$";
  for (int i = 1; body.text().find(mark) != std::string::npos; ++i) mark = "$segue" + std::to_string(i) + "$";
  return Sql::from_plan(mark);
}

Sql any_changed(const std::vector<std::string>& columns) {
  std::vector<Sql> parts;
  for (const auto& column : columns) parts.push_back(build("old.{} is distinct from new.{}"_sql, Ident{column}, Ident{column}));
  return parts.empty() ? "false"_sql : sql::join(parts, " or "_sql);
}

Spoken speak(const Resolved& mapping, const Direction& side, const std::string& row, const Sql& source) {
  Spoken spoken;
  spoken.from = source;
  if (!side.from.empty())
    spoken.from += " left join "_sql + plan_text(sql::with_row(side.where, side.from, side.row, row, true, {}));
  std::vector<std::pair<std::string, std::string>> values;
  for (std::size_t i = 0; i < mapping.values.size(); ++i) {
    if (!uses(side, mapping.values[i].name)) continue;
    const auto join = value_join(mapping.plan, mapping.values[i], row, i + 1);
    values.emplace_back(join.name, join.meaning.text());
    spoken.from += join.join;
    spoken.unseen.push_back(join.unseen);
  }
  for (const auto& column : side.columns)
    spoken.expressions.push_back(plan_text(sql::with_row(side.where, column.expression, side.row, row, false, values)));
  return spoken;
}

Sql stand_in(const Direction& side, const Derived& column, const std::string& row) {
  return plan_text(sql::with_row(side.where, column.stand_in, side.row, row, false, {}));
}

std::vector<std::size_t> unseen_in(const Direction& side, const Derived& column, const Spoken& spoken) {
  const auto names = sql::value_names(side.where, column.expression);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < spoken.unseen.size(); ++i)
    if (std::find(names.begin(), names.end(), spoken.unseen[i].value) != names.end()) found.push_back(i);
  return found;
}

std::vector<std::size_t> taken_with(const Direction& side, std::size_t snapshot) {
  const auto& sources = side.columns[snapshot].depends_on;
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    const auto& column = side.columns[i];
    if (!column.snapshot && std::any_of(column.depends_on.begin(), column.depends_on.end(), [&](const auto& source) { return sources.contains(source); })) found.push_back(i);
  }
  return found;
}

}  // namespace segue::mapping
