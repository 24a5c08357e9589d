#include "base/table.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.hpp"

namespace segue {

namespace {

namespace json = boost::json;

constexpr std::string_view gap = "  ";

// Places on a terminal: two for wide scripts, none for marks that sit on the letter before.
std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (std::int32_t at = 0, length = static_cast<std::int32_t>(text.size()); at < length;) {
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, length, letter);
    const auto kind = u_getIntPropertyValue(letter, UCHAR_EAST_ASIAN_WIDTH);
    if (u_getCombiningClass(letter) == 0) width += kind == U_EA_WIDE || kind == U_EA_FULLWIDTH ? 2 : 1;
  }
  return width;
}

std::string shown(const std::optional<std::string>& cell) { return cell.value_or("-"); }

struct Column { std::size_t width = 0; bool number = true; };

Column measure(const Table& table, std::size_t at) {
  Column column{width_of(table.columns[at]), !table.rows.empty()};
  for (const auto& row : table.rows) {
    column.width = std::max(column.width, width_of(shown(row[at])));
    column.number = column.number && (!row[at] || to_number(*row[at]));
  }
  return column;
}

std::string line_of(const std::vector<std::optional<std::string>>& cells, const std::vector<Column>& columns) {
  std::string line;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    const auto text = shown(cells[at]);
    const std::string fill(columns[at].width - width_of(text), ' ');
    if (at > 0) line += gap;
    line += columns[at].number ? fill + text : text + fill;
  }
  return line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<std::string> lines_of(const Table& table) {
  std::vector<Column> columns;
  for (std::size_t at = 0; at < table.columns.size(); ++at) columns.push_back(measure(table, at));
  std::vector<std::optional<std::string>> rules;
  for (const auto& column : columns) rules.emplace_back(std::string(column.width, '-'));
  std::vector<std::string> lines{line_of({table.columns.begin(), table.columns.end()}, columns), line_of(rules, columns)};
  for (const auto& row : table.rows) lines.push_back(line_of(row, columns));
  return lines;
}

std::string to_json(const Table& table) {
  json::array columns, rows;
  for (const auto& column : table.columns) columns.emplace_back(column);
  for (const auto& row : table.rows) {
    json::array cells;
    for (const auto& cell : row) cells.push_back(cell ? json::value(*cell) : json::value(nullptr));
    rows.push_back(std::move(cells));
  }
  return json::serialize(json::object{{"title", table.title}, {"columns", columns}, {"rows", rows}});
}

std::optional<Table> table_of(std::string_view text) {
  try {
    const auto parsed = json::parse(text);
    Table table{std::string(parsed.at("title").as_string()), {}, {}};
    for (const auto& column : parsed.at("columns").as_array()) table.columns.emplace_back(column.as_string());
    for (const auto& row : parsed.at("rows").as_array()) {
      std::vector<std::optional<std::string>> cells;
      for (const auto& cell : row.as_array()) cells.push_back(cell.is_null() ? std::nullopt : std::optional(std::string(cell.as_string())));
      if (cells.size() != table.columns.size()) return std::nullopt;
      table.rows.push_back(std::move(cells));
    }
    return table;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace segue
