#include "mapping/going_back.hpp"

#include "mapping/expressions.hpp"

namespace segue::mapping {

using sql::build;
using sql::Literal;

namespace {

constexpr const char* row = "segue_row";

struct Unheld { Sql from; std::vector<Sql> conditions; };

// The rows (those for which `where` holds), and for each old column whether a row has no value for it.
Unheld unheld(const Resolved& mapping, const std::optional<Kept>& kept, const Sql& where) {
  auto rows = build("(select x.*, {} as segue_hash from {} x where {}) segue_row"_sql,
                    kept ? row_hash(kept->hashed, "x") : "null::bigint"_sql, mapping.table, where);
  if (kept) rows += build(" left join {} segue_archived on segue_archived.key = {}"_sql, kept->archive, key_array(mapping, row));
  const auto spoken = speak(mapping, mapping.to_old, row, rows);
  Unheld found{spoken.from, {}};
  for (const auto& expression : spoken.expressions)
    found.conditions.push_back(kept ? build("(({}) is null and (segue_archived.\"newSideHash\" = segue_row.segue_hash) is not true)"_sql, expression)
                                    : build("(({}) is null)"_sql, expression));
  return found;
}

}  // namespace

Sql count_unheld(const Resolved& mapping, const std::optional<Kept>& kept) {
  const auto found = unheld(mapping, kept, "true"_sql);
  Sql list;
  for (const auto& condition : found.conditions)
    list += build("count(*) filter (where {}), min(array_to_string({}, '/')) filter (where {}), "_sql, condition, key_array(mapping, row), condition);
  return build("select {}count(*) from {}"_sql, list, found.from);
}

Sql queue_unheld(const Resolved& mapping, const Kept& kept) {
  const auto found = unheld(mapping, kept, in_chosen(mapping, "x"));
  return build("insert into segue.repairs (plan, mapping, key, direction, reason) select {}, {}, {}, 'old', {} from {}\n"
               "where ({}) and not exists (select 1 from segue.repairs q where q.plan = {} and q.mapping = {} and q.key = {} and q.\"resolvedAt\" is null)"_sql,
               Literal{mapping.plan}, Literal{mapping.name}, key_array(mapping, row), Literal{reverted}, found.from,
               sql::join(found.conditions, " or "_sql), Literal{mapping.plan}, Literal{mapping.name}, key_array(mapping, row));
}

}  // namespace segue::mapping
