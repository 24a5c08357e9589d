#include "base/arguments.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using segue::Arguments;
using segue::Error;

namespace {

const std::vector<Arguments::Option> options = {{"--to", true}, {"--json"}, {"--target", true, true}};

Arguments read(const std::vector<std::string>& words) { return Arguments(words, options); }

}  // namespace

TEST_CASE("words, values in both forms and flags stand in any order") {
  const auto arguments = read({"plan", "--to", "migrate", "--json", "second", "--target=a=b"});
  CHECK(arguments.positional() == std::vector<std::string>{"plan", "second"});
  CHECK(arguments.value("--to") == "migrate");
  CHECK(arguments.value("--target") == "a=b");
  CHECK(arguments.has("--json"));
  CHECK_FALSE(read({"plan"}).has("--json"));
}

TEST_CASE("a value may be empty, begin with a dash, or look like an option") {
  CHECK(read({"--to="}).value("--to") == "");
  CHECK(read({"--to", "-1"}).value("--to") == "-1");
  CHECK(read({"--to", "--json"}).value("--to") == "--json");
  CHECK(read({"-", "-x"}).positional() == std::vector<std::string>{"-", "-x"});
}

TEST_CASE("an option that repeats keeps every value; others are refused the second time") {
  CHECK(read({"--target", "a", "--target=b"}).values("--target") == std::vector<std::string>{"a", "b"});
  CHECK(read({"--target", "a", "--target=b"}).value("--target") == "b");
  CHECK(read({}).values("--target").empty());
  CHECK_THROWS_WITH_AS(read({"--to", "a", "--to", "b"}), "option \"--to\" is given twice", Error);
  CHECK_THROWS_WITH_AS(read({"--json", "--json"}), "option \"--json\" is given twice", Error);
}

TEST_CASE("what is not understood is refused, with the options there are") {
  CHECK_THROWS_WITH_AS(read({"--too", "x"}), "unknown option \"--too\"", Error);
  CHECK_THROWS_WITH_AS(read({"--"}), "unknown option \"--\"", Error);
  CHECK_THROWS_WITH_AS(read({"--to"}), "option \"--to\" wants a value", Error);
  CHECK_THROWS_WITH_AS(read({"--json=yes"}), "option \"--json\" takes no value", Error);
  try {
    read({"--nonsense"});
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.code() == segue::ErrorCode::usage);
    CHECK(error.hint() == "options here: --to --json --target");
  }
}

TEST_CASE("a missing word is named, an extra one too") {
  CHECK(read({"plan"}).positional(0, "the plan") == "plan");
  CHECK_THROWS_WITH_AS(read({"plan"}).positional(1, "the phase"), "expected the phase", Error);
  CHECK_NOTHROW(read({"plan"}).at_most(1));
  CHECK_THROWS_WITH_AS(read({"plan", "more"}).at_most(1), "unexpected word \"more\"", Error);
}

TEST_CASE("a whole number within its bounds, or the default") {
  CHECK(read({"--to", "7"}).integer_or("--to", 1, 0, 10) == 7);
  CHECK(read({}).integer_or("--to", 1, 0, 10) == 1);
  for (const char* word : {"", "x", "7x", " 7", "7.0", "-1", "11", "99999999999999999999"})
    CHECK_THROWS_WITH_AS(read({"--to", word}).integer_or("--to", 1, 0, 10), doctest::Contains("expected a whole number from 0 to 10"), Error);
}

TEST_CASE("an option that was not given has its default") {
  CHECK(read({}).value("--to") == std::nullopt);
  CHECK(read({}).value_or("--to", "start") == "start");
  CHECK(read({"--to", "end"}).value_or("--to", "start") == "end");
}
