#include <fmt/format.h>

#include "base/error.hpp"
#include "sql/parse.hpp"
#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace segue::sql {
namespace {

// INTO and FOR UPDATE are no nodes with a kind of their own.
bool has_key(const tree::value& from, std::string_view key) {
  if (from.is_array()) {
    for (const auto& item : from.get_array())
      if (has_key(item, key)) return true;
    return false;
  }
  if (!from.is_object()) return false;
  for (const auto& [name, inner] : from.get_object())
    if (name == key || has_key(inner, key)) return true;
  return false;
}

std::string what_it_does(const std::vector<Statement>& statements) {
  if (statements.empty()) return "nothing";
  if (statements.size() > 1) return "several statements";
  if (statements[0].kind != "SelectStmt") return "another statement";
  const auto parsed = parse(statements[0].text);
  if (has_key(parsed.tree, "intoClause")) return "a SELECT that makes a table (INTO)";
  if (has_key(parsed.tree, "lockingClause")) return "a SELECT that locks rows (FOR UPDATE or SHARE)";
  const bool writes = tree::any(parsed.tree, [](const tree::Node& found) {
    return found.kind == "InsertStmt" || found.kind == "UpdateStmt" || found.kind == "DeleteStmt" || found.kind == "MergeStmt";
  });
  return writes ? "a SELECT that writes rows (WITH)" : std::string();
}

}  // namespace

std::string check_query(const std::string& file, std::string_view text) {
  const auto statements = split(file, text);
  if (const auto other = what_it_does(statements); !other.empty()) {
    const auto& at = statements.size() > 1 ? statements[1] : statements.empty() ? Statement{} : statements[0];
    throw Error(ErrorCode::plan_file, fmt::format("{}:{}:{}: expected one SELECT that only reads, got {}", file, at.line, at.column, other),
                "what changes something belongs into a sql step, which has an undo");
  }
  return statements[0].text;
}

}  // namespace segue::sql
