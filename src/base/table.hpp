// A small result for people: columns, rows of texts, and how they look on a terminal or in a log.
// Does: aligned lines (numbers to the right, wide scripts at their width) and JSON, both ways.
// Does not: bound its size; whoever fills it does.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;     // nothing: NULL
  friend bool operator==(const Table&, const Table&) = default;
};

// The heads, a rule and the rows; without the title.
std::vector<std::string> lines_of(const Table& table);
// {"title", "columns": [...], "rows": [[...]]}; values are texts or null.
std::string to_json(const Table& table);
// Nothing if the text is no such object.
std::optional<Table> table_of(std::string_view json);

}  // namespace segue
