#include "sql/parse.hpp"
#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace segue::sql {

Named named_in(std::string_view text) {
  Named named;
  const auto parsed = parse(text);
  if (parsed.fault) return named;
  tree::visit(parsed.tree, [&](const tree::Node& found) {
    if (found.kind == "RangeVar") named.tables.push_back(tree::relation(found.fields));
    if (found.kind == "AlterEnumStmt") named.types.push_back(tree::qualified(tree::strings(tree::list(found.fields, "typeName"))));
    if (found.kind == "CreateFunctionStmt") named.functions.push_back(tree::qualified(tree::strings(tree::list(found.fields, "funcname"))));
    if (found.kind != "DropStmt") return;
    const auto what = tree::text(found.fields, "removeType");
    for (const auto& object : tree::list(found.fields, "objects")) {
      if (what == "OBJECT_TYPE" || what == "OBJECT_DOMAIN") named.types.push_back(tree::qualified(tree::strings(object)));
      if (what == "OBJECT_FUNCTION" || what == "OBJECT_PROCEDURE") named.functions.push_back(tree::qualified(tree::strings(object)));
    }
  });
  return named;
}

}  // namespace segue::sql
