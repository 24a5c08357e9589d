// A small result as people see it, and as the journal keeps it.
#include <doctest/doctest.h>

#include "base/table.hpp"

using segue::Table;

namespace {

const Table fees{"fees", {"name", "count", "share"}, {{"room", "5", "12.5"}, {"주름/보톡스", "1200", std::nullopt}}};

}  // namespace

TEST_CASE("numbers stand to the right, wide letters take two places, a missing value is a dash") {
  CHECK(segue::lines_of(fees) == std::vector<std::string>{"name         count  share", "-----------  -----  -----", "room             5   12.5", "주름/보톡스   1200      -"});
}

TEST_CASE("a column with one word in it is text, and an empty table has only its heads") {
  CHECK(segue::lines_of({"t", {"a"}, {{"10"}, {"x"}}}) == std::vector<std::string>{"a", "--", "10", "x"});
  CHECK(segue::lines_of({"t", {"a", "b"}, {}}) == std::vector<std::string>{"a  b", "-  -"});
}

TEST_CASE("a table survives the journal, and what is no table is not taken for one") {
  CHECK(segue::to_json(fees) == R"({"title":"fees","columns":["name","count","share"],"rows":[["room","5","12.5"],["주름/보톡스","1200",null]]})");
  CHECK(segue::table_of(segue::to_json(fees)) == fees);
  for (const auto* text : {"", "{}", "[]", R"({"title":"t","columns":["a"],"rows":[["1","2"]]})", R"({"title":"t","columns":["a"],"rows":[[1]]})"})
    CHECK_FALSE(segue::table_of(text));
}
