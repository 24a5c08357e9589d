#include <optional>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

// The type as DROP FUNCTION needs it; nothing for %TYPE, which only the catalog knows.
std::optional<Sql> argument_type(const tree::object& parameter) {
  const auto& type = tree::child(parameter, "argType");
  if (tree::flag(type, "pct_type")) return std::nullopt;
  auto name = build("{}"_sql, tree::qualified(tree::strings(tree::list(type, "names"))));
  for (std::size_t i = 0; i < tree::list(type, "arrayBounds").size(); ++i) name += "[]"_sql;
  return name;
}

// The types a function is told apart by: those of what goes in.
std::optional<std::vector<Sql>> signature(const tree::object& node) {
  std::vector<Sql> types;
  for (const auto& item : tree::list(node, "parameters")) {
    const auto& parameter = tree::node(item).fields;
    const auto mode = tree::text(parameter, "mode");
    if (mode == "FUNC_PARAM_OUT" || mode == "FUNC_PARAM_TABLE") continue;
    const auto type = argument_type(parameter);
    if (!type) return std::nullopt;
    types.push_back(*type);
  }
  return types;
}

}  // namespace

Operations safe_create_function(const Form& form) {
  const auto& node = form.node();
  const auto name = tree::qualified(tree::strings(tree::list(node, "funcname")));
  const bool procedure = tree::flag(node, "is_procedure");
  auto made = form.operation((procedure ? "create procedure " : "create function ") + render(name));
  const auto types = signature(node);
  if (tree::flag(node, "replace") || !types) return {std::move(made)};
  const auto drop = procedure ? "drop procedure {}({})"_sql : "drop function {}({})"_sql;
  is_undone_by(made, build(drop, name, join(*types, ", "_sql)));
  return {std::move(made)};
}

}  // namespace segue::sql
