// Reading the parser's JSON tree: absent fields are empty, since the parser leaves out what is zero.
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/text.hpp"

namespace segue::sql::tree {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string text(const object& fields, std::string_view name);
bool flag(const object& fields, std::string_view name);
// A byte in the parsed text; 0 where the parser left it out.
std::size_t location(const object& fields);
const object& child(const object& fields, std::string_view name);
const array& list(const object& fields, std::string_view name);

// {"CreateStmt": {...}}: a node names its kind; `fields` is empty where there is none.
struct Node {
  std::string_view kind;
  const object& fields;
};
Node node(const value& tagged);
Node node(const object& fields, std::string_view name);

std::string string_of(const value& tagged);                      // {"String": {"sval": ...}}
std::vector<std::string> strings(const array& list);
std::vector<std::string> strings(const value& tagged_list);      // {"List": {"items": [...]}}, a TypeName or one String
QualifiedName qualified(const std::vector<std::string>& parts);  // the last two parts
QualifiedName relation(const object& range_var);

// Every node at or below the value, outermost first.
void visit(const value& from, const std::function<void(const Node&)>& see);
bool any(const value& from, const std::function<bool(const Node&)>& holds);

}  // namespace segue::sql::tree
