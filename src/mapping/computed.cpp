#include "mapping/computed.hpp"

#include <set>

#include "sql/statement.hpp"

namespace segue::mapping {

using sql::build;
using sql::Ident;
using sql::Literal;

namespace {

// The rows of a range under the plan's names: key, both sides and everything the new side is computed from.
Sql rows_of_range(const Resolved& mapping, const Slice& slice) {
  std::set<std::string> taken;
  std::vector<Sql> columns;
  const auto take = [&](const std::string& name, const std::string& stored) {
    if (taken.insert(name).second) columns.push_back(build("x.{} as {}"_sql, Ident{stored}, Ident{name}));
  };
  for (const auto& column : mapping.key) take(column.name, column.name);
  for (const auto* side : {&mapping.to_new, &mapping.to_old})
    for (const auto& column : side->columns) take(column.column, column.stored);
  for (const auto& column : mapping.to_new.columns)
    for (const auto& source : column.depends_on) take(source, source);
  auto where = !slice.rows.empty() ? slice.rows : slice.one_key ? is_key(mapping, "x") : in_range(mapping, "x");
  if (slice.classes > 1)
    where += build(" and hashtext(array_to_string({}, ' ')) & {} = {}"_sql, key_array(mapping, "x"), slice.classes - 1, slice.number);
  if (!slice.only_column.empty()) where += build(" and x.{}::text = any ($3::text[])"_sql, Ident{slice.only_column});
  return build("(select {} from {} x where {}) segue_row"_sql, sql::join(columns, ", "_sql), mapping.table, where);
}

Sql not_in_repair(const Resolved& mapping) {
  return build(" where not exists (select 1 from segue.repairs q where {} and q.key = {})"_sql, open_repairs(mapping), key_array(mapping, row));
}

// While nobody has read a text, a column made from it keeps what it has: a new-style write may have put it there.
Sql kept_while_unread(const Resolved& mapping, const Spoken& spoken, const Derived& column, const Sql& expression) {
  std::vector<Sql> unread;
  for (const auto i : unseen_in(mapping.to_new, column, spoken)) unread.push_back(spoken.unseen[i].condition);
  if (unread.empty()) return expression;
  return build("case when {} then coalesce({}.{}, {}) else {} end"_sql, sql::join(unread, " or "_sql), Ident{row},
               Ident{column.column}, expression, expression);
}

}  // namespace

// Condition over a repair entry q: it is this mapping's, and open.
Sql open_repairs(const Resolved& mapping) {
  return build("q.plan = {} and q.mapping = {} and q.\"resolvedAt\" is null"_sql, Literal{mapping.plan}, Literal{mapping.name});
}

Sql computed(std::size_t i) { return build("segue_{}"_sql, i + 1); }

Sql with_computed(const Resolved& mapping, const Slice& slice, bool keep_unread) {
  const auto& side = mapping.to_new;
  const auto spoken = speak(mapping, side, row, rows_of_range(mapping, slice));
  Sql list = "segue_row.*"_sql;
  for (std::size_t i = 0; i < side.columns.size(); ++i) {
    auto expression = spoken.expressions[i];
    if (slice.stand_ins && !side.columns[i].stand_in.empty()) expression = build("coalesce({}, {})"_sql, expression, stand_in(side, side.columns[i], row));
    if (keep_unread) expression = kept_while_unread(mapping, spoken, side.columns[i], expression);
    list += build(", {} as {}"_sql, expression, computed(i));
  }
  const auto filter = slice.skip_repairs ? not_in_repair(mapping) : Sql();
  return build("(select {} from {}{}) b"_sql, list, spoken.from, filter);
}

Sql differs(const Derived& column, std::size_t i) {
  if (column.snapshot) return build("(b.{} is null and b.{} is not null)"_sql, Ident{column.column}, computed(i));
  return build("b.{} is distinct from b.{}"_sql, Ident{column.column}, computed(i));
}

Sql any_differs(const Resolved& mapping) {
  std::vector<Sql> parts;
  const auto& columns = mapping.to_new.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) parts.push_back(differs(columns[i], i));
  return build("({})"_sql, sql::join(parts, " or "_sql));
}

namespace {

// NULL is an answer, too, where nobody requires another and the mapping has none.
Sql is_there(const Resolved& mapping, std::size_t i, bool known) {
  const auto& column = mapping.to_new.columns[i];
  const auto filled = build("b.{} is not null"_sql, Ident{column.column});
  if (column.required) return filled;
  return known ? build("({} or b.{} is null)"_sql, filled, computed(i)) : "true"_sql;
}

Sql complete(const Resolved& mapping, bool known) {
  std::vector<Sql> parts;
  for (std::size_t i = 0; i < mapping.to_new.columns.size(); ++i) parts.push_back(is_there(mapping, i, known));
  return build("({})"_sql, sql::join(parts, " and "_sql));
}

}  // namespace

Sql is_complete(const Resolved& mapping) { return complete(mapping, true); }

Sql count_filled(const Resolved& mapping) {
  std::vector<Sql> empty;
  for (const auto& column : mapping.to_new.columns) empty.push_back(build("b.{} is null"_sql, Ident{column.column}));
  Slice all;
  all.rows = "true"_sql;
  // Without the old columns nobody can compute anything: what is required is all there is to ask.
  const bool known = !mapping.retired;
  const auto whole = complete(mapping, known);
  return build("select count(*), count(*) filter (where {}), count(*) filter (where not {} and {}) from {}"_sql, whole, whole,
               sql::join(empty, " and "_sql), known ? with_computed(mapping, all, false) : build("{} b"_sql, mapping.table));
}

}  // namespace segue::mapping
