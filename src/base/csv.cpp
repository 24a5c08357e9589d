#include "base/csv.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue {

namespace {

constexpr std::string_view starts_formula = "=+-@\t\r'";
constexpr std::string_view mark = "\xEF\xBB\xBF";

// One row after the other; a field in quotes may hold everything, quotes doubled.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text.starts_with(mark) ? text.substr(mark.size()) : text) {}

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      auto row = next();
      if (row.fields.size() > 1 || !row.fields.front().empty()) all.push_back(std::move(row));
    }
    return all;
  }

 private:
  CsvRow next() {
    CsvRow row{line_, {}};
    for (;;) {
      row.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
      if (at_ < text_.size() && text_[at_] == ',') { ++at_; continue; }
      end_line();
      return row;
    }
  }

  std::string plain() {
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
    auto field = std::string(text_.substr(begin, at_ - begin));
    const bool last = at_ >= text_.size() || text_[at_] == '\n';
    if (last && field.ends_with('\r')) field.pop_back();
    return field;
  }

  std::string quoted() {
    const auto opened = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') field += text_[at_];
      else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') field += text_[at_++];
      else return ++at_, field + plain();
    }
    throw Error(ErrorCode::refused, "line " + std::to_string(opened) + ": a quote is opened and never closed");
  }

  void end_line() {
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) row += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) row += fields[i];
    else row += '"' + replace_all(fields[i], "\"", "\"\"") + '"';
  }
  return row + "\r\n";
}

std::vector<CsvRow> read_csv(std::string_view text) { return Reader(text).rows(); }

std::string as_plain_cell(const std::string& text) {
  return !text.empty() && starts_formula.find(text.front()) != std::string_view::npos ? "'" + text : text;
}

std::string from_plain_cell(const std::string& cell) {
  const bool marked = cell.size() > 1 && cell.front() == '\'' && starts_formula.find(cell[1]) != std::string_view::npos;
  return marked ? cell.substr(1) : cell;
}

}  // namespace segue
