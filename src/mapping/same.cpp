// Conditions that the plan says hold in every row (`same`).
#include "mapping/computed.hpp"
#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;

std::optional<Sql> broken_range(const Resolved& mapping, const Direction& side) {
  if (side.same.empty()) return std::nullopt;
  std::vector<Sql> conditions;
  for (const auto& condition : side.same) conditions.push_back(build("coalesce(({}), true)"_sql, plan_text(sql::with_row(side.where, condition, side.row, row, false, {}))));
  const auto joined = side.from.empty() ? Sql() : " left join "_sql + plan_text(sql::with_row(side.where, side.from, side.row, row, true, {}));
  return build("select count(*), coalesce(to_json((array_agg(json_build_object('key', b.key, 'class', 'reference')))[1:10]), '[]')\nfrom (select {} from {} {}{}"
               " where {} and not ({})) b(key)"_sql, key_array(mapping, row), mapping.table, Ident{row}, joined, in_range(mapping, row),
               sql::join(conditions, " and "_sql));
}

}  // namespace segue::mapping
