// Quoting: whatever a name or a constant holds, it stays one.
#include "sql/text.hpp"

#include <doctest/doctest.h>

#include <random>
#include <stdexcept>

#include "base/error.hpp"
#include "sql/statement.hpp"

using namespace segue;
using namespace segue::sql;

TEST_CASE("an identifier is always quoted, and its quotes are doubled") {
  CHECK(quote_identifier("service") == "\"service\"");
  CHECK(quote_identifier("preferredTime") == "\"preferredTime\"");
  CHECK(quote_identifier("a \"b\"") == "\"a \"\"b\"\"\"");
  CHECK(quote_identifier("back\\slash ' 예약") == "\"back\\slash ' 예약\"");
}

TEST_CASE("an identifier that PostgreSQL would cut, or cannot hold, is refused") {
  CHECK(quote_identifier(std::string(63, 'x')).size() == 65);
  CHECK_THROWS_WITH_AS(quote_identifier(std::string(64, 'x')), doctest::Contains("longer than 63 bytes"), Error);
  CHECK_THROWS_AS(quote_identifier("예약예약예약예약예약예약예약예약예약예약예약"), Error);   // 22 letters, 66 bytes
  CHECK_THROWS_WITH_AS(quote_identifier(""), "an identifier is empty", Error);
  CHECK_THROWS_WITH_AS(quote_identifier(std::string_view("a\0b", 3)), "an identifier holds a NUL byte", Error);
}

TEST_CASE("a constant is quoted whatever it holds, and says so where it holds a backslash") {
  CHECK(quote_literal("") == "''");
  CHECK(quote_literal("it's") == "'it''s'");
  CHECK(quote_literal("a\\b") == "E'a\\\\b'");
  CHECK(quote_literal("\\'") == "E'\\\\'''");
  CHECK(quote_literal("$1 {} -- \"x\"") == "'$1 {} -- \"x\"'");
  CHECK_THROWS_WITH_AS(quote_literal(std::string_view("a\0b", 3)), "a constant holds a NUL byte", Error);
}

TEST_CASE("a qualified name has its schema, or none") {
  CHECK(render(QualifiedName{"public", "reservations"}) == "\"public\".\"reservations\"");
  CHECK(render(QualifiedName{"", "a.b"}) == "\"a.b\"");
}

TEST_CASE("a template's places are filled in order, and what is filled in is not looked at again") {
  CHECK(build("select {} from {}"_sql, Ident{"{}"}, QualifiedName{"", "t"}).text() == "select \"{}\" from \"t\"");
  CHECK(build("{}"_sql, Literal{"{{}}"}).text() == "'{{}}'");
  CHECK(build("limit {}"_sql, -7).text() == "limit -7");
  CHECK(build("{} {}"_sql, "a"_sql, "b"_sql).text() == "a b");
}

TEST_CASE("doubled braces are braces, single ones stay") {
  CHECK(build("'{{1,2}}'"_sql).text() == "'{1,2}'");
  CHECK(build("'{{{}}}'"_sql, 1).text() == "'{1}'");
  CHECK(build("a { b } c"_sql).text() == "a { b } c");
}

TEST_CASE("a template with too many or too few parts is a bug that shows") {
  CHECK_THROWS_AS(build("select 1"_sql, Ident{"x"}), std::logic_error);
  CHECK_THROWS_AS(build("select {} {}"_sql, Ident{"x"}), std::out_of_range);
}

TEST_CASE("lists are joined with nothing before the first and behind the last") {
  CHECK(join({}, ", "_sql).empty());
  CHECK(join({"a"_sql, "b"_sql}, " or "_sql).text() == "a or b");
  CHECK(identifier_list({"id", "preferredTime"}).text() == "\"id\", \"preferredTime\"");
}

TEST_CASE("random names and constants stay one token each to PostgreSQL's parser") {
  std::mt19937_64 random(11);
  const std::string letters = "ab'\"\\$;-/*{}() \n\te";
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (auto length = 1 + random() % 20; length > 0; --length) text += letters[random() % letters.size()];
    const auto statement = build("select {} as {}"_sql, Literal{text}, Ident{text});
    CAPTURE(text);
    const auto statements = split("random", statement.text());
    REQUIRE(statements.size() == 1);
    REQUIRE(statements[0].kind == "SelectStmt");
    REQUIRE(statements[0].text == statement.text());
  }
}
