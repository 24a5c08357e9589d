#include "cli/review_csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::cli {

namespace {

const std::vector<std::string>& columns() {
  static const std::vector<std::string> all = {"text", "rows", "first", "last", "meaning", "reason"};
  return all;
}

// Where the file has a column; nothing if it has not.
class Header {
 public:
  explicit Header(const CsvRow& row) : row_(row) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (std::ranges::find(columns(), row.fields[i]) == columns().end())
        throw Error(ErrorCode::refused, fmt::format("line {}: column {} is none of {}", row.line, i + 1, join(columns(), ", ")),
                    "segue review PLAN export writes such a file; tabs or semicolons instead of commas are not read");
      if (std::ranges::count(row.fields, row.fields[i]) > 1) throw Error(ErrorCode::refused, fmt::format("line {}: a column stands twice", row.line));
    }
    for (const auto* name : {"text", "meaning"})
      if (!at(name)) throw Error(ErrorCode::refused, fmt::format("line {}: there is no column \"{}\"", row.line, name));
  }
  std::optional<std::size_t> at(const std::string& name) const {
    const auto found = std::ranges::find(row_.fields, name);
    return found == row_.fields.end() ? std::nullopt : std::optional<std::size_t>(found - row_.fields.begin());
  }
  std::string cell(const CsvRow& row, const std::string& name) const { return at(name) ? from_plain_cell(row.fields[*at(name)]) : std::string(); }
  std::size_t size() const { return row_.fields.size(); }

 private:
  const CsvRow& row_;
};

}  // namespace

std::string csv_of(const std::vector<engine::Text>& texts, bool with_mark) {
  std::string file = with_mark ? "\xEF\xBB\xBF" : "";
  file += csv_row(columns());
  for (const auto& text : texts)
    file += csv_row({as_plain_cell(text.raw), std::to_string(text.rows), text.first, text.last, as_plain_cell(text.meaning.value_or("")), as_plain_cell(text.reason)});
  return file;
}

std::vector<engine::Wish> wishes_of(const std::string& file, const std::string& value, const std::string& actor, const std::string& reason) {
  const auto rows = read_csv(file);
  if (rows.empty()) throw Error(ErrorCode::refused, "the file is empty", "segue review PLAN export writes one to fill in");
  const Header header(rows.front());
  std::vector<engine::Wish> wishes;
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    const auto place = fmt::format("line {}", row->line);
    if (row->fields.size() != header.size()) {
      wishes.push_back({place, {}, fmt::format("{} columns, the first line has {}", row->fields.size(), header.size())});
      continue;
    }
    if (!std::ranges::all_of(row->fields, is_valid_utf8)) {
      wishes.push_back({place, {}, "not UTF-8"});
      continue;
    }
    const auto meaning = header.cell(*row, "meaning");
    const auto why = header.cell(*row, "reason");
    if (meaning.empty()) continue;
    wishes.push_back({place, {.value = value, .raw = header.cell(*row, "text"), .meaning = meaning, .actor = actor, .reason = why.empty() ? reason : why}});
  }
  return wishes;
}

}  // namespace segue::cli
