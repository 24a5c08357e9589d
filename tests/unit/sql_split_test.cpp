#include <doctest/doctest.h>

#include <random>
#include <string>

#include "base/error.hpp"
#include "sql/statement.hpp"

using namespace segue;
using sql::split;

namespace {

std::string fault_of(std::string_view text) {
  try {
    split("f.sql", text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::plan_file);
    return error.message();
  }
  return "no fault";
}

std::string hint_of(std::string_view text) {
  try {
    split("f.sql", text);
  } catch (const Error& error) {
    return error.hint();
  }
  return "no fault";
}

}  // namespace

TEST_CASE("a file is split into statements without the comments around them and the semicolons") {
  const auto found = split("f.sql", "-- first\nselect 1; -- one\n\n/* two /* nested */ */ insert into t values (';') -- end\n;;\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].text == "select 1");
  CHECK(found[0].kind == "SelectStmt");
  CHECK(found[0].line == 2);
  CHECK(found[0].column == 1);
  CHECK(found[1].text == "insert into t values (';')");
  CHECK(found[1].kind == "InsertStmt");
  CHECK(found[1].line == 4);
  CHECK(found[1].column == 24);
}

TEST_CASE("an empty file, spaces, comments and lone semicolons are no statements") {
  for (const char* text : {"", "  \r\n\t", "-- only a comment", "/* only */ -- comments\n", ";;;", "\xEF\xBB\xBF"})
    CHECK(split("f.sql", text).empty());
}

TEST_CASE("semicolons inside dollar quotes and BEGIN ATOMIC do not end a statement") {
  const auto found = split("f.sql",
      "do $x$ begin perform 1; perform 2; end $x$;\n"
      "create function f() returns int language sql begin atomic select 1; select 2; end;\n"
      "create function g() returns int language sql as $$ select ';' $$");
  REQUIRE(found.size() == 3);
  CHECK(found[0].kind == "DoStmt");
  CHECK(found[1].text == "create function f() returns int language sql begin atomic select 1; select 2; end");
  CHECK(found[2].line == 3);
  CHECK(found[2].text.ends_with("$$ select ';' $$"));
}

TEST_CASE("lines may end in CRLF and a byte order mark may lead; columns count characters") {
  const auto found = split("f.sql", "\xEF\xBB\xBFselect 1;\r\n-- 예약\r\n/* 주름 */ select '보톡스';\r\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].column == 1);
  CHECK(found[1].line == 3);
  CHECK(found[1].column == 10);
  CHECK(found[1].text == "select '보톡스'");
}

TEST_CASE("a syntax error names file, line and column, counted in characters") {
  CHECK(fault_of("select 1;\nselect 'ok', from t;") == "f.sql:2:14: syntax error at or near \"from\"");
  CHECK(fault_of("-- 주름\r\nselect '보톡스', from t;") == "f.sql:2:15: syntax error at or near \"from\"");
  CHECK(fault_of("create table t (a int") == "f.sql:1:22: syntax error at end of input");
  CHECK(fault_of("select 'abc") == "f.sql:1:8: unterminated quoted string at or near \"'abc\"");
}

TEST_CASE("psql's own commands are refused with a hint that says so") {
  CHECK(fault_of("\\i other.sql\n") == "f.sql:1:1: syntax error at or near \"\\\"");
  CHECK(hint_of("select 1;\n\\copy t from 'x'\n").starts_with("psql's backslash commands are no SQL"));
  CHECK(hint_of("select :name;").starts_with("psql's variables are no SQL"));
}

TEST_CASE("what PostgreSQL would cut or cannot store is refused with its place") {
  const std::string name(64, 'x');
  CHECK(fault_of("select 1;\ncreate table " + name + " (a int)") == "f.sql:2:14: identifier " + name + " is longer than 63 bytes");
  CHECK(fault_of("select \"" + name + "\"").find("is longer than 63 bytes") != std::string::npos);
  CHECK(split("f.sql", "select \"" + std::string(61, 'x') + "\"\"y\"").size() == 1);
  CHECK(fault_of(std::string("select 1\0;", 10)) == "f.sql:1:9: the text holds a NUL byte");
  CHECK(fault_of("select 1;\nselect '\xFF'") == "f.sql:2:1: the text is not valid UTF-8");
}

TEST_CASE("a statement nested too deeply is an error and no crash") {
  std::string chain = "select 1", parentheses = "select " + std::string(20'000, '(') + "1" + std::string(20'000, ')');
  for (int i = 0; i < 300'000; ++i) chain += "+1";
  CHECK(fault_of(chain).find("nested too deeply") != std::string::npos);
  CHECK(fault_of(parentheses).find("nested too deeply") != std::string::npos);
  CHECK(fault_of("select 1" + chain.substr(8, 2000)).find("nested too deeply") != std::string::npos);
  std::string rows = "insert into t values (0)";
  for (int i = 0; i < 20'000; ++i) rows += ", (1)";
  CHECK(split("f.sql", rows).size() == 1);
}

TEST_CASE("a file of thirty statements keeps their order and lines") {
  std::string file;
  for (int i = 1; i <= 30; ++i)
    file += i % 3 == 0 ? "-- a comment; with a semicolon\ncreate index \"ix" + std::to_string(i) + "\" on t (a);\n"
                       : "alter table \"camelCase\"\n  add column \"c" + std::to_string(i) + "\" text default 'a;b';\n";
  const auto found = split("f.sql", file);
  REQUIRE(found.size() == 30);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto name = std::to_string(i + 1) + "\"";
    CHECK(found[i].text.find(name) != std::string::npos);
    CHECK(found[i].line == static_cast<int>(2 * i + ((i + 1) % 3 == 0 ? 2 : 1)));
    CHECK(found[i].column == 1);
  }
}

TEST_CASE("mutated files are split and made safe, or refused, and never crash") {
  const std::string_view sources[] = {
      "alter table \"Table\" add column \"이름\" numeric(10,2) default now(), alter b set not null, add constraint c unique (a, b) include (d) deferrable;",
      "create unique index \"aB\" on only s.t using gin (lower(a) desc) where x > 1; drop index a.b, \"C\";",
      "create function f(a int[], variadic b text[]) returns int language sql begin atomic select 1; end; do $$ begin end $$",
      "with x as (delete from t where a = 1 returning *) insert into u select * from x; update t set a = 'é' where b;",
      "alter type t rename to \"U\"; create table p (a int references q (id), primary key (a)) partition by range (a); grant select on t to public",
  };
  constexpr std::string_view pieces[] = {"(", ")", ",", ";", "\"", "'", "$$", "--", "/*", "*/", " only ", ".", "\\", "é", "\xC3", " cascade ", " not null ", "1", "[", "::"};
  std::mt19937_64 random(20'240'607);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int made = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text(sources[below(std::size(sources))]);
    for (std::size_t edit = below(4); edit > 0; --edit) {
      const auto at = below(text.size());
      if (below(2) == 0) text.erase(at, 1 + below(6));
      else text.insert(at, pieces[below(std::size(pieces))]);
      if (text.empty()) text = " ";
    }
    try {
      sql::Created created;
      for (const auto& statement : split("f.sql", text))
        for (const auto& operation : make_safe("f.sql", statement, created)) made += !operation.sql.empty();
    } catch (const Error& error) {
      CHECK(!error.message().empty());
      ++refused;
    }
  }
  CHECK(made > 100);
  CHECK(refused > 100);
}
