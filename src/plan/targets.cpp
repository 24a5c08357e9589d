// Names of tables and columns in a plan: reservations, reservations.preferredTime, "Odd table"."odd column".
#include <algorithm>

#include "plan/fields.hpp"

namespace segue::plan {
namespace {

constexpr std::size_t longest_identifier = 63;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80);
}

// Takes one name off the front of the text; "" where there is none.
std::string take_name(std::string_view& text) {
  std::string name;
  if (!text.starts_with('"')) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_plain);
    name.assign(text.begin(), end);
    text.remove_prefix(name.size());
    return name;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '"') { name += text[at]; continue; }
    if (at + 1 < text.size() && text[at + 1] == '"') { name += '"'; ++at; continue; }
    text.remove_prefix(at + 1);
    return name;
  }
  return {};                                                     // the closing quote is missing
}

std::vector<std::string> names_in(const Node& node, const std::string& expected) {
  const std::string text = text_of(node, expected);
  std::string_view rest = text;
  std::vector<std::string> names;
  for (;;) {
    names.push_back(take_name(rest));
    if (names.back().empty() || names.back().size() > longest_identifier) break;
    if (rest.empty()) return names;
    if (!rest.starts_with('.')) break;
    rest.remove_prefix(1);
  }
  fail_expected(node, expected, "odd names stand in double quotes: '\"Odd table\".\"odd column\"'");
}

}  // namespace

std::string table_of(const Node& node) {
  auto names = names_in(node, "a table name");
  if (names.size() != 1) fail_expected(node, "a table name without a schema", "the plan's key \"schema\" names the schema");
  return names[0];
}

Target target_of(const Node& node) {
  auto names = names_in(node, "a table or table.column");
  if (names.size() > 2)
    fail_expected(node, "a table or table.column without a schema", "the plan's key \"schema\" names the schema");
  names.resize(2);
  return {names[0], names[1]};
}

Target table_column_of(const Node& node) {
  const auto target = target_of(node);
  if (target.column.empty()) fail_expected(node, "a column, written table.column");
  return target;
}

}  // namespace segue::plan
