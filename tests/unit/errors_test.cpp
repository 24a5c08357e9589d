// Every error code is explained, once, the same in the program and in docs/errors.md.
#include "base/error.hpp"

#include <doctest/doctest.h>

#include <set>

#include "base/text.hpp"

using namespace segue;

TEST_CASE("docs/errors.md is what `segue errors` prints") {
  CHECK_MESSAGE(read_file(SEGUE_SOURCE_DIR "/docs/errors.md") == error_table_markdown(), "segue errors > docs/errors.md");
}

TEST_CASE("each code stands at its own place in the table, with a name and a meaning of its own") {
  std::set<std::string_view> names, meanings;
  int position = 0;
  for (const auto& facts : all_error_codes()) {
    CHECK(static_cast<int>(facts.code) == position++);
    CHECK(facts_of(facts.code).name == facts.name);
    CHECK(names.insert(facts.name).second);
    CHECK(meanings.insert(facts.meaning).second);
    CHECK(facts.http_status >= 400);
    CHECK(facts.http_status < 600);
  }
}

TEST_CASE("the exit status says what to do: nothing changed, usage, database, in doubt, interrupted") {
  const auto status = [](ErrorCode code) { return facts_of(code).exit_status; };
  CHECK(status(ErrorCode::refused) == 1);
  CHECK(status(ErrorCode::usage) == 2);
  CHECK(status(ErrorCode::plan_file) == 2);
  CHECK(status(ErrorCode::database) == 3);
  CHECK(status(ErrorCode::in_doubt) == 4);
  CHECK(status(ErrorCode::interrupted) == 130);
  for (const auto& facts : all_error_codes()) CHECK(facts.exit_status != 0);
}

TEST_CASE("an error as text has its detail and its hint, each on a line of its own, and only those it has") {
  CHECK(describe(Error(ErrorCode::usage, "no plan is named")) == "error: no plan is named");
  CHECK(describe(Error(ErrorCode::usage, "no plan is named", "segue help")) == "error: no plan is named\nHINT: segue help");
  const Error full = Error(ErrorCode::in_doubt, "the connection broke", "run again").with_sqlstate("57P01").with_statement("transaction.commit").with_outcome(Outcome::unknown);
  CHECK(describe(full) == "error: the connection broke\nDETAIL: SQLSTATE 57P01, statement transaction.commit, outcome unknown\nHINT: run again");
  CHECK(std::string(full.what()) == "the connection broke");
}

TEST_CASE("an error as JSON carries every part, escaped") {
  const Error error = Error(ErrorCode::refused, "gate of \"migrate\" is closed").with_sqlstate("55P03");
  CHECK(describe_json(error) == R"({"error":{"code":"refused","message":"gate of \"migrate\" is closed","hint":"","sqlstate":"55P03","statement":"","outcome":"not done"}})");
}
