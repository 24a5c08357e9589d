// A preview reads and does nothing else: what could write, lock or make something is refused with its place in the file.
#include "plan_support.hpp"

namespace {

plan_test::Refusal refusal_of(const std::string& sql) {
  plan_test::shared_folder().write("preview.sql", sql);
  return plan_test::refusal("plan: p\nphases: [{name: a, steps: [{preview: preview.sql}]}]\n");
}

}  // namespace

TEST_CASE("one SELECT that reads is a preview, with comments, WITH and a semicolon or without") {
  for (const auto* sql : {"SELECT 1", "-- what\nSELECT 1;\n", "WITH a AS (SELECT 1 AS x) SELECT x FROM a -- end", "TABLE reservations", "VALUES (1)", "(SELECT 1) UNION ALL SELECT 2"})
    CHECK_MESSAGE(refusal_of(sql).message.empty(), sql);
}

TEST_CASE("anything that could write, lock rows or make a table is refused with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE t SET a = 1", "preview.sql:1:1: expected one SELECT that only reads, got another statement"},
      {"SELECT 1;\n SELECT 2", "preview.sql:2:2: expected one SELECT that only reads, got several statements"},
      {"-- a\nSELECT 1 AS a INTO t", "preview.sql:2:1: expected one SELECT that only reads, got a SELECT that makes a table (INTO)"},
      {"SELECT 1 AS a INTO t UNION SELECT 2", "preview.sql:1:1: expected one SELECT that only reads, got a SELECT that makes a table (INTO)"},
      {"SELECT * FROM t FOR UPDATE", "preview.sql:1:1: expected one SELECT that only reads, got a SELECT that locks rows (FOR UPDATE or SHARE)"},
      {"SELECT * FROM (SELECT * FROM t FOR SHARE) x", "preview.sql:1:1: expected one SELECT that only reads, got a SELECT that locks rows (FOR UPDATE or SHARE)"},
      {"WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x", "preview.sql:1:1: expected one SELECT that only reads, got a SELECT that writes rows (WITH)"},
      {"-- nothing", "preview.sql:1:1: expected one SELECT that only reads, got nothing"},
      {"SELEC 1", "preview.sql:1:1: syntax error at or near \"SELEC\""},
  };
  for (const auto& [sql, message] : cases) CHECK(refusal_of(sql).message == message);
}

TEST_CASE("a preview without a title bears its file's name, and its SQL belongs to the plan's hash") {
  plan_test::shared_folder().write("preview.sql", "SELECT 1;");
  const std::string text = "plan: p\nphases: [{name: a, steps: [{preview: preview.sql}, {preview: preview.sql, title: what it says, name: second}]}]\n";
  const auto plan = plan_test::parse(text);
  const auto& first = std::get<segue::plan::PreviewStep>(plan.phases[0].steps[0].what);
  CHECK(plan.phases[0].steps[0].name == "preview preview.sql");
  CHECK(plan.phases[0].steps[0].kind() == "preview");
  CHECK(first.title == "preview.sql");
  CHECK(first.text == "SELECT 1");
  CHECK(std::get<segue::plan::PreviewStep>(plan.phases[0].steps[1].what).title == "what it says");
  plan_test::shared_folder().write("preview.sql", "SELECT 2;");
  CHECK(plan_test::parse(text).hash != plan.hash);
}
