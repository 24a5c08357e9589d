#include "sql/references.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sql/tree.hpp"

namespace segue::sql {
namespace {

struct Edit { std::size_t begin, end; std::string replacement; };

// The token at `begin` and the number of those behind it, as one range of bytes.
Edit edit_of(const Fragment& fragment, std::size_t begin, std::size_t tokens, std::string replacement) {
  const auto first = std::find_if(fragment.tokens.begin(), fragment.tokens.end(),
                                  [&](const Token& token) { return token.begin == begin; });
  const auto left = static_cast<std::size_t>(fragment.tokens.end() - first);
  if (left < tokens) fail(fragment, {"a name is not understood", begin});
  return {begin, (first + static_cast<std::ptrdiff_t>(tokens) - 1)->end, std::move(replacement)};
}

std::string applied(const Fragment& fragment, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string text;
  std::size_t done = fragment.begin;
  for (const auto& edit : edits) {
    text += fragment.source.substr(done, edit.begin - done) + edit.replacement;
    done = edit.end;
  }
  return text + fragment.source.substr(done, fragment.end - done);
}

const std::string& replacement_of(const Fragment& fragment, const ValueUse& use,
                                  const std::vector<std::pair<std::string, std::string>>& values) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == use.name; });
  if (found == values.end())
    fail(fragment, {fmt::format("value({}) names no value of the plan", use.name), use.at},
         "declare it under `values:`, or correct the name");
  return found->second;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

References references_of(const std::string& where, const std::string& text, const std::string& row) {
  if (trim(text).empty()) return {};
  const auto uses = uses_of(either_fragment(where, text), row);
  References references;
  references.others = uses.others;
  for (const auto& use : uses.columns) add_once(references.columns, use.column);
  return references;
}

std::vector<std::string> value_names(const std::string& where, const std::string& text) {
  std::vector<std::string> names;
  if (trim(text).empty()) return names;
  for (const auto& use : uses_of(either_fragment(where, text), "").values) add_once(names, use.name);
  return names;
}

std::vector<TableUse> tables_of(const std::string& where, const std::string& text) {
  std::vector<TableUse> tables;
  if (trim(text).empty()) return tables;
  tree::visit(either_fragment(where, text).tree, [&](const tree::Node& found) {
    if (found.kind != "RangeVar") return;
    const auto table = tree::text(found.fields, "relname");
    const auto alias = tree::text(tree::child(found.fields, "alias"), "aliasname");
    tables.push_back({table, alias.empty() ? table : alias});
  });
  return tables;
}

std::vector<std::string> columns_of(const std::string& where, const std::string& text, const std::string& alias) {
  std::vector<std::string> columns;
  if (trim(text).empty()) return columns;
  tree::visit(either_fragment(where, text).tree, [&](const tree::Node& found) {
    if (found.kind != "ColumnRef") return;
    const auto names = tree::strings(tree::list(found.fields, "fields"));
    if (names.size() == 2 && names[0] == alias && !names[1].empty()) add_once(columns, names[1]);
  });
  return columns;
}

void check_expression(const std::string& where, const std::string& text) {
  uses_of(fragment(where, text, Shape::expression), "");
}

void check_from(const std::string& where, const std::string& text) { uses_of(fragment(where, text, Shape::from), ""); }

std::string with_row(const std::string& where, const std::string& text, const std::string& row,
                     const std::string& replacement, bool whole_from,
                     const std::vector<std::pair<std::string, std::string>>& values) {
  if (whole_from && trim(text).empty()) return text;
  const auto parsed = fragment(where, text, whole_from ? Shape::from : Shape::expression);
  const auto uses = uses_of(parsed, row);
  constexpr std::size_t column_tokens = 3, value_tokens = 4;     // old . name; value ( name )
  std::vector<Edit> edits;
  for (const auto& use : uses.columns)
    edits.push_back(edit_of(parsed, use.at, column_tokens, replacement + "." + quote_identifier(use.column)));
  for (const auto& use : uses.values)
    edits.push_back(edit_of(parsed, use.at, value_tokens, replacement_of(parsed, use, values)));
  return applied(parsed, std::move(edits));
}

}  // namespace segue::sql
