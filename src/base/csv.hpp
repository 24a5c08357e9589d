// Comma-separated values, RFC 4180: what spreadsheets exchange.
// Does: write and read rows; keep a text from being a formula in a spreadsheet, and give it back as it was.
// Does not: know what the columns mean.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace segue {

// Ends with CR LF.
std::string csv_row(const std::vector<std::string>& fields);

struct CsvRow {
  int line = 0;                                                  // where it begins, from 1
  std::vector<std::string> fields;
};
// Rows end with LF or CR LF; a byte order mark and empty lines are skipped. Error{refused} naming the line of an open quote.
std::vector<CsvRow> read_csv(std::string_view text);

// A text that a spreadsheet could run (= + - @ tab, or a quote before one) gets a quote in front; read back, it loses it.
std::string as_plain_cell(const std::string& text);
std::string from_plain_cell(const std::string& cell);

}  // namespace segue
