// Both directions: the text that the old side gets back for a meaning is the plan's, and reads to the same meaning, for every rule.
#include <doctest/doctest.h>

#include <map>

#include "../unit/values_support.hpp"
#include "plan/value_reader.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

TEST_CASE("a new-style change writes a text that reads to the very meaning, whatever rule had read the text before it") {
  Hospital hospital;
  const auto reader = plan::reader_of(hospital.plan().values.front());
  std::map<std::string, std::string> text_of_rule;
  for (const auto& text : values_test::corpus())
    if (is_valid_utf8(text.raw) && text.raw.find('\0') == std::string::npos && reader->read(text.raw).meaning) text_of_rule.emplace(reader->read(text.raw).rule, text.raw);
  text_of_rule.emplace("decided", "점심");
  REQUIRE(text_of_rule.size() >= 10);
  hospital.run("profile");
  hospital.run("sync");
  for (const auto& [rule, raw] : text_of_rule) hospital.insert({{"id", rule}, {"service", "SKIN_CARE"}, {"preferredTime", raw}});
  hospital.absorb();
  const auto stands = [&](const std::string& id) { return hospital.db().run("test.row", R"(select period::text, "preferredTime" from reservations where id = $1)"_sql, {id}); };
  for (const auto& [rule, raw] : text_of_rule) {
    CAPTURE(rule);
    const auto before = stands(rule).text(0, 0);
    CHECK(before == *reader->read(raw).meaning);
    for (const std::string other : {before == "MORNING" ? "AFTERNOON" : "MORNING", before.c_str()}) {
      hospital.update(rule, {{"period", other}});
      const auto now = stands(rule);
      CHECK(now.text(0, 1) == (other == "MORNING" ? "09:00" : "14:00"));
      CHECK(reader->read(now.text(0, 1)).meaning == other);
    }
  }
  hospital.absorb();
  hospital.run("backfill");
  CHECK(hospital.compare().differing == 0);
}
