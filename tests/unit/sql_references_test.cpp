#include <doctest/doctest.h>

#include <random>
#include <string>

#include "base/error.hpp"
#include "sql/statement.hpp"

using namespace segue;
using sql::check_expression;
using sql::check_from;
using sql::references_of;
using sql::value_names;
using sql::with_row;
using Names = std::vector<std::string>;

namespace {

constexpr const char* where = "plan.yaml:3:7";

template <class Work> std::string fault_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::plan_file);
    return error.message();
  }
  return "no fault";
}

std::string as_new(const std::string& text, bool from = false) {
  return with_row(where, text, "old", "NEW", from, {{"period_of_day", "segue.period(NEW)"}, {"Slot", "slot()"}});
}

}  // namespace

TEST_CASE("an expression over another table takes nothing from the row") {
  const auto found = references_of(where, R"(s."durationMinutes" + s."bufferMinutes")", "old");
  CHECK(found.columns.empty());
  CHECK(found.others);
}

TEST_CASE("an expression over the row alone names its columns once, as PostgreSQL folds them") {
  const auto found = references_of(where, "CASE WHEN new.period = 'MORNING' THEN '09:00' ELSE '14:00' END", "new");
  CHECK(found.columns == Names{"period"});
  CHECK_FALSE(found.others);
  CHECK(references_of(where, R"(new."serviceId" || NEW.preferredTime || new."serviceId")", "new").columns == Names{"serviceId", "preferredtime"});
  CHECK(references_of(where, R"(new."이름")", "new").columns == Names{"이름"});
}

TEST_CASE("strings, comments and constants are no references") {
  const auto found = references_of(where, "'old.a' || $$old.b$$ /* old.c */ -- old.d", "old");
  CHECK(found.columns.empty());
  CHECK_FALSE(found.others);
}

TEST_CASE("a FROM item names the row's columns it joins on and uses another table") {
  const auto found = references_of(where, R"(services s ON s.code = old.service::text AND s."isActive" = old."isActive")", "old");
  CHECK(found.columns == Names{"service", "isActive"});
  CHECK(found.others);
  CHECK(references_of(where, "", "old").columns.empty());
}

TEST_CASE("an unqualified name or the other row counts as something else") {
  CHECK(references_of(where, "old.a + b", "old").others);
  CHECK(references_of(where, "old.a + new.b", "old").others);
  CHECK(references_of(where, "(select max(s.x) from s where s.y = old.z)", "old").columns == Names{"z"});
  CHECK_FALSE(references_of(where, "(old.address).city", "old").others);
}

TEST_CASE("the whole row is refused, for nobody could tell what the value depends on") {
  CHECK(fault_of([] { references_of(where, "row_to_json(old.*)", "old"); }) ==
        "plan.yaml:3:7: the whole row \"old\" is used (character 13 of the SQL)");
  CHECK(fault_of([] { references_of(where, "row_to_json(old)", "old"); }).find("the whole row \"old\"") != std::string::npos);
  CHECK(fault_of([] { references_of(where, "old.address.city", "old"); }).find("more than a column") != std::string::npos);
  CHECK(fault_of([] { references_of(where, "(select 1 from t old)", "old"); }).find("cannot name a table too") != std::string::npos);
}

TEST_CASE("the names of values are found as written") {
  CHECK(value_names(where, "value(period_of_day)") == Names{"period_of_day"});
  CHECK(value_names(where, "coalesce(VALUE( Slot ), value(\"two words\"), value(Slot))") == Names{"Slot", "two words"});
  CHECK(value_names(where, "my.value(x) || 'value(y)'").empty());
  CHECK_FALSE(references_of(where, "value(period_of_day)", "old").others);
  CHECK(fault_of([] { value_names(where, "value('x')"); }).find("value() takes the name of one value") != std::string::npos);
  CHECK(fault_of([] { value_names(where, "value(a, b)"); }).find("value() takes the name of one value") != std::string::npos);
}

TEST_CASE("the row is replaced token by token and nothing else is touched") {
  CHECK(as_new(R"(old."serviceId")") == R"(NEW."serviceId")");
  CHECK(as_new("OLD . preferredTime||'old.x'/*old.y*/ ||old.z") == R"(NEW."preferredtime"||'old.x'/*old.y*/ ||NEW."z")");
  CHECK(as_new(R"('예약' || old."이름" || "old".a || bold.a)") == R"('예약' || NEW."이름" || NEW."a" || bold.a)");
  CHECK(as_new(R"(old."a""b")") == R"(NEW."a""b")");
  CHECK(as_new("old/**/./**/a -- end") == R"(NEW."a" -- end)");
  CHECK(as_new("services s ON s.code = old.service::text", true) == R"(services s ON s.code = NEW."service"::text)");
  CHECK(as_new("", true) == "");
}

TEST_CASE("values are replaced by what they stand for, unknown ones refused") {
  CHECK(as_new("coalesce(Value /* c */ (period_of_day), old.p)") == R"(coalesce(segue.period(NEW), NEW."p"))");
  CHECK(as_new("value(Slot) || 'value(Slot)'") == "slot() || 'value(Slot)'");
  CHECK(fault_of([] { as_new("1 + value(nobody)"); }) ==
        "plan.yaml:3:7: value(nobody) names no value of the plan (character 5 of the SQL)");
}

TEST_CASE("what is not one expression is refused with its place") {
  check_expression(where, "CASE WHEN a THEN 1 ELSE (SELECT 2) END -- fine");
  for (const char* text : {"", "1,", "a, b", "a b", "1)", "1) AS text), CAST((2", "1; DROP TABLE t", "1 FROM t", "a AS b", "DISTINCT a",
                           "SELECT 1", "/* open", "'open", "a -- \n)", "$1", "1 +", "*", "1 AS text) --", "\"\""}) {
    CAPTURE(text);
    CHECK(fault_of([&] { check_expression(where, text); }).starts_with("plan.yaml:3:7: "));
  }
  CHECK(fault_of([] { check_expression(where, "'예약' + + ) "); }) ==
        "plan.yaml:3:7: syntax error at or near \")\" (character 10 of the SQL)");
  CHECK(fault_of([] { check_expression(where, "1 +"); }) == "plan.yaml:3:7: syntax error at the end (character 4 of the SQL)");
  CHECK(fault_of([] { check_expression(where, "1 +\n2 2"); }).find("line 2, character 3") != std::string::npos);
}

TEST_CASE("what is not one FROM item is refused") {
  check_from(where, "services s ON s.code = old.service::text -- fine");
  check_from(where, "a ON a.x = old.x LEFT JOIN LATERAL (SELECT 1 AS one LIMIT 1) b ON true");
  for (const char* text : {"", "services s", "s ON true, t", "s ON true WHERE a", "s ON true UNION SELECT 1", "s ON true; DROP TABLE t",
                           "s ON true) x JOIN (SELECT 1) y ON (true", "s ON true ORDER BY 1", "s ON true FOR UPDATE", "s USING (id)",
                           "s ON true LIMIT 1", "s ON s.id = $1", "s ON true GROUP BY a", "NATURAL JOIN s"}) {
    CAPTURE(text);
    CHECK(fault_of([&] { check_from(where, text); }).starts_with("plan.yaml:3:7: "));
  }
}

TEST_CASE("of two readings that fail, the fault further on is told") {
  CHECK(fault_of([] { references_of(where, "(services s", "old"); }) ==
        "plan.yaml:3:7: syntax error at the end (character 12 of the SQL)");
  CHECK(fault_of([] { references_of(where, "services s ON s.code = )", "old"); }) ==
        "plan.yaml:3:7: syntax error at or near \")\" (character 24 of the SQL)");
}

TEST_CASE("after the row is replaced the old row is gone and the rest still parses") {
  constexpr const char* parts[] = {"old.a", "old.\"B c\"", "'old.x'", "s.x", "/* old.y */ 1", "value(period_of_day)", "(old.z::text)", "coalesce(old.a, 'é')"};
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    std::string text = parts[random() % std::size(parts)];
    for (auto more = random() % 5; more > 0; --more) text += std::string(" || ") + parts[random() % std::size(parts)];
    CAPTURE(text);
    const auto before = references_of(where, text, "old");
    const auto replaced = with_row(where, text, "old", "r", false, {{"period_of_day", "'MORNING'"}});
    CHECK(references_of(where, replaced, "old").columns.empty());
    CHECK(references_of(where, replaced, "r").columns == before.columns);
    CHECK(references_of(where, replaced, "r").others == before.others);
  }
}

TEST_CASE("mutated expressions are read or refused and never crash") {
  const std::string source = R"(CASE WHEN old."aB" = 'é' THEN value(period_of_day) ELSE (old.x)::text || s.y[1] END)";
  constexpr std::string_view pieces[] = {"(", ")", ",", ";", "\"", "'", "$$", "--", "/*", ".", "old", "value(", "é", "\xC3", " AS ", "*"};
  std::mt19937_64 random(99);
  int read = 0;
  for (int round = 0; round < 2000; ++round) {
    auto text = source;
    for (auto edit = random() % 4; edit > 0; --edit) {
      const auto at = random() % text.size();
      if (random() % 2 == 0) text.erase(at, 1 + random() % 6);
      else text.insert(at, pieces[random() % std::size(pieces)]);
      if (text.empty()) text = " ";
    }
    try {
      check_expression(where, as_new(text));
      ++read;
    } catch (const Error& error) {
      CHECK(error.message().starts_with(where));
    }
  }
  CHECK(read > 100);
}
