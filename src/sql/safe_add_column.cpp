#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/safe_alter.hpp"

namespace segue::sql {
namespace {

constexpr std::array<std::string_view, 4> steady_functions = {"now", "transaction_timestamp", "statement_timestamp", "timezone"};
constexpr std::array<std::string_view, 6> serial_types = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};

template <class List> bool holds(const List& list, const typename List::value_type& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_serial(const tree::object& column) {
  const auto names = tree::strings(tree::list(tree::child(column, "typeName"), "names"));
  return names.size() == 1 && holds(serial_types, names.front());
}

bool is_null_constant(const tree::Node& expression) {
  return expression.kind == "A_Const" && tree::flag(expression.fields, "isnull");
}

// What the column's own clauses say.
struct Clauses { bool not_null = false, has_value = false, writes_every_row = false; std::string constraint; };

void read_clause(Clauses& clauses, const tree::object& constraint) {
  const auto type = tree::text(constraint, "contype");
  if (type == "CONSTR_NOTNULL") clauses.not_null = true;
  if (type == "CONSTR_DEFAULT") {
    clauses.has_value = !is_null_constant(tree::node(constraint, "raw_expr"));
    clauses.writes_every_row = clauses.writes_every_row || is_volatile(*constraint.if_contains("raw_expr"));
  }
  if (type == "CONSTR_IDENTITY" || type == "CONSTR_GENERATED") clauses.has_value = clauses.writes_every_row = true;
  if (type == "CONSTR_CHECK") clauses.constraint = "CHECK";
  if (type == "CONSTR_FOREIGN") clauses.constraint = "REFERENCES";
  if (type == "CONSTR_UNIQUE") clauses.constraint = "UNIQUE";
  if (type == "CONSTR_PRIMARY") clauses.constraint = "PRIMARY KEY";
}

void refuse_what_stops_the_application(const Alter& alter, const Clauses& clauses, const std::string& name) {
  if (!clauses.constraint.empty())
    alter.form.refuse(fmt::format("new column {} may not carry {}", render(Ident{name}), clauses.constraint),
                      "add the column first, then write ALTER TABLE ... ADD CONSTRAINT <name> ...: "
                      "that one is validated without a strong lock");
  if (clauses.not_null && !clauses.has_value)
    alter.form.refuse(fmt::format("new column {} is NOT NULL and has no default", render(Ident{name})),
                      "add it nullable, fill it, then use a `require` step: rows that exist and the old application have no value for it");
}

}  // namespace

bool is_volatile(const boost::json::value& expression) {
  return tree::any(expression, [](const tree::Node& found) {
    if (found.kind == "SubLink") return true;
    if (found.kind != "FuncCall") return false;
    const auto name = tree::strings(tree::list(found.fields, "funcname"));
    const bool built_in = name.size() == 1 || (name.size() == 2 && name.front() == "pg_catalog");
    return !built_in || !holds(steady_functions, name.back());
  });
}

Operation add_column(const Alter& alter, const tree::object& column) {
  const auto name = tree::text(column, "colname");
  Clauses clauses;
  for (const auto& clause : tree::list(column, "constraints")) read_clause(clauses, tree::node(clause).fields);
  if (is_serial(column)) clauses.has_value = clauses.writes_every_row = true;
  const auto type = tree::qualified(tree::strings(tree::list(tree::child(column, "typeName"), "names")));
  if (holds(alter.form.created().checked_domains, type)) clauses.writes_every_row = true;
  if (!alter.is_new()) refuse_what_stops_the_application(alter, clauses, name);

  auto made = alter.command("add column", name);
  made.describes = fmt::format("add column {} to {}", render(Ident{name}), render(alter.table));
  takes_lock(alter.form, made, alter.table, Lock::access_exclusive);
  made.rewrites = clauses.writes_every_row && !alter.is_new();
  if (made.rewrites) made.note = "writes every row under the lock; add the column without it, then fill it with a mapping";
  is_undone_by(made, build("alter table {} drop column {}"_sql, alter.table, Ident{name}));
  return made;
}

}  // namespace segue::sql
