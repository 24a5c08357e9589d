// What spreadsheets exchange: written, read back, and never run.
#include <doctest/doctest.h>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "base/tally.hpp"
#include "values/shape.hpp"

using namespace segue;

TEST_CASE("rows are read back as they were written, whatever stands in them") {
  const std::vector<std::vector<std::string>> rows = {{"text", "meaning"}, {"a,b", "say \"9\""}, {"two\nlines", "\r\n"}, {"", "x"}, {"오전 9시", " "}};
  std::string file;
  for (const auto& row : rows) file += csv_row(row);
  const auto read = read_csv(file);
  REQUIRE(read.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(read[i].fields == rows[i]);
}

TEST_CASE("lines are counted through quoted line ends; a byte order mark and empty lines are skipped") {
  const auto rows = read_csv("\xEF\xBB\xBF" "a,b\n\n\"x\ny\",1\r\nlast,2");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].fields == std::vector<std::string>{"a", "b"});
  CHECK(rows[1].line == 3);
  CHECK(rows[2].line == 5);
  CHECK(rows[2].fields[1] == "2");
}

TEST_CASE("a quote that is never closed is refused with the line it stands on") {
  CHECK_THROWS_WITH_AS(read_csv("a\n\"b\nc"), "line 2: a quote is opened and never closed", Error);
}

TEST_CASE("no cell can be a formula, and each text comes back as it was") {
  for (const std::string text : {"=1+1", "+82 10", "-9", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "'", "'9", "9:00", "", "=", "''=1"}) {
    const auto cell = as_plain_cell(text);
    CAPTURE(text);
    CHECK(from_plain_cell(cell) == text);
    if (!cell.empty()) CHECK(std::string("=+-@\t\r").find(cell.front()) == std::string::npos);
  }
}

TEST_CASE("a tally is exact while texts are few") {
  Tally tally(10);
  for (int i = 0; i < 15; ++i) tally.add("text " + std::to_string(i % 5), 2, i == 3 ? "2024-01-02" : "2024-05-01", "2024-05-01");
  CHECK_FALSE(tally.approximate());
  CHECK(tally.distinct() == 5);
  CHECK(tally.texts().at("text 3").rows == 6);
  CHECK(tally.texts().at("text 3").first == "2024-01-02");
}

TEST_CASE("a tally in bounded memory keeps the frequent texts, and its bounds hold for each") {
  Tally tally(100);
  std::vector<std::int64_t> really(20'000, 0);
  std::uint64_t random = 7;
  for (int i = 0; i < 200'000; ++i) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto text = (random >> 60) < 8 ? (random >> 33) % 20 : (random >> 33) % really.size();
    ++really[text];
    tally.add(std::to_string(text), 1, "", "");
    REQUIRE(tally.texts().size() <= 200);
  }
  CHECK(tally.approximate());
  for (const auto& [text, seen] : tally.texts()) {
    const auto count = really[std::stoul(text)];
    CHECK(seen.rows <= count);
    CHECK(count <= seen.rows + seen.maybe_more);
  }
  for (int i = 0; i < 20; ++i) CHECK(tally.holds(std::to_string(i)));
  CHECK(tally.distinct() > 18'000);
  CHECK(tally.distinct() < 22'000);
}

TEST_CASE("a shape shows the form of a text and nothing of what it says") {
  CHECK(values::shape_of("9:30") == "9:99");
  CHECK(values::shape_of("오전 9시") == "가가 9가");
  CHECK(values::shape_of("9:00 AM") == "9:99 AA");
  CHECK(values::shape_of("после обеда") == "яяяя+ яяяя+");
  CHECK(values::shape_of("午後２時") == "漢漢9漢");
  CHECK(values::shape_of("010-1234-5678") == "999-9999-9999");
  CHECK(values::shape_of("a\nb\x01") == "a a·");
  CHECK(values::shape_of("") == "");
  CHECK(values::shape_of("\xff") == "\uFFFD");
  CHECK(values::shape_of(std::string(1000, '-') + std::string(500, 'x')) == "----+aaaa+");
  std::string mixed;
  for (int i = 0; i < 100; ++i) mixed += "a1";
  CHECK(values::shape_of(mixed).ends_with("…"));
}
