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
    if (found.kind != "DropStmt" || (tree::text(found.fields, "removeType") != "OBJECT_TYPE" && tree::text(found.fields, "removeType") != "OBJECT_DOMAIN"))
      return;
    for (const auto& object : tree::list(found.fields, "objects")) named.types.push_back(tree::qualified(tree::strings(object)));
  });
  return named;
}

}  // namespace segue::sql
