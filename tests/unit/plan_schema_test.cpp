// docs/plan.schema.json and docs/plan.md say what the reader does: the same keys in all, and every key is really read.
#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "plan/keys.hpp"
#include "plan_support.hpp"

using namespace plan_test;
namespace json = boost::json;

namespace {

const json::object& definitions() {
  static const json::value schema = json::parse(segue::read_file(SEGUE_SOURCE_DIR "/docs/plan.schema.json"));
  return schema.at("$defs").as_object();
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// For each object a plan that is right but for the line "@": `key: {odd: {odd: odd}}` at its indentation.
const std::map<std::string, std::string>& frames() {
  static const std::string step = "plan: p\nphases:\n  - name: a\n    steps:\n      - {@}\n";
  static const std::map<std::string, std::string> frames = {
      {"plan", "{@}"},
      {"contact", "plan: p\ncontacts: [{@}]\n"},
      {"limits", "plan: p\nlimits: {@}\n"},
      {"value", "plan: p\nvalues: {v: {@}}\n"},
      {"unreadable", "plan: p\nvalues: {v: {column: t.c, reader: time-of-day, becomes: {before \"12:00\": A, otherwise: B}, unreadable: {@}}}\n"},
      {"mapping", "plan: p\nmappings: {m: {@}}\n"},
      {"side", "plan: p\nmappings: {m: {new: {@}}}\n"},
      {"deriving_side", "plan: p\nmappings: {m: {into: t, new: {@}}}\n"},
      {"phase", "plan: p\nphases: [{@}]\n"},
      {"require", "plan: p\nphases: [{name: a, steps: [{require: {@}}]}]\n"},
      {"check", "plan: p\nphases: [{name: a, steps: [{sql: a.sql}], checks: [{@}]}]\n"},
      {"gate", "plan: p\nphases: [{name: a, steps: [{sql: a.sql}], gate: {@}}]\n"},
      {"sql_step", step}, {"profile_step", step}, {"sync_step", step}, {"backfill_step", step}, {"verify_step", step},
      {"require_step", step}, {"rollout_step", step}, {"retire_step", step}, {"drop_step", step}, {"preview_step", step},
  };
  return frames;
}

// Required siblings, so that reading gets as far as the key in question.
const std::map<std::string, std::string>& right_values() {
  static const std::map<std::string, std::string> values = {
      {"plan.plan", "p"}, {"plan.phases", "[{name: a, steps: [{sql: a.sql}]}]"},
      {"contact.role", "r"}, {"contact.reach", "r"},
      {"value.column", "t.c"}, {"value.reader", "time-of-day"}, {"value.becomes", "{before \"12:00\": A, otherwise: B}"},
      {"mapping.new", "{set: {a: old.b}}"}, {"mapping.old", "{set: {b: new.a}}"}, {"side.set", "{a: old.b}"},
      {"deriving_side.key", "{a: old.b}"}, {"deriving_side.on delete", "detach"},
      {"phase.name", "a"}, {"phase.steps", "[{sql: a.sql}]"},
      {"require.table", "t"}, {"require.columns", "[c]"},
      {"check.name", "n"}, {"check.sql", "SELECT 1"}, {"check.expect", "1"},
      {"sql_step.sql", "a.sql"}, {"profile_step.profile", "v"}, {"sync_step.sync", "m"}, {"backfill_step.backfill", "m"},
      {"verify_step.verify", "m"}, {"require_step.require", "{table: t, columns: [c]}"}, {"rollout_step.rollout", "f"},
      {"rollout_step.to", "[5%]"}, {"retire_step.retire", "[t]"}, {"drop_step.drop", "[t]"}, {"preview_step.preview", "a.sql"}};
  return values;
}

std::string object_with_odd(const segue::plan::ObjectKeys& object, const std::string& odd_key) {
  std::string text;
  for (const auto& key : object.keys) {
    const auto right = right_values().find(object.object + "." + key);
    if (key != odd_key && right != right_values().end()) text += key + ": " + right->second + ", ";
  }
  return text + odd_key + ": {odd: {odd: odd}}";
}

}  // namespace

TEST_CASE("the schema and the reader know the same keys of every object") {
  for (const auto& [object, keys] : segue::plan::all_keys()) {
    CAPTURE(object);
    REQUIRE(definitions().contains(object));
    std::vector<std::string> in_schema;
    for (const auto& property : definitions().at(object).at("properties").as_object()) in_schema.emplace_back(property.key());
    CHECK(sorted(in_schema) == sorted(keys));
    CHECK(definitions().at(object).at("additionalProperties") == false);
  }
}

TEST_CASE("the schema has no object that the reader does not know") {
  for (const auto& definition : definitions()) {
    const std::string name(definition.key());
    const auto* properties = definition.value().as_object().if_contains("properties");
    if (properties == nullptr) continue;
    CAPTURE(name);
    CHECK_NOTHROW(segue::plan::keys_of(name));
  }
}

TEST_CASE("every kind of step has its object in the schema") {
  std::vector<std::string> in_schema, kinds;
  for (const auto& choice : definitions().at("step").at("oneOf").as_array()) in_schema.emplace_back(choice.at("$ref").as_string());
  for (const auto& kind : segue::plan::step_kinds()) kinds.push_back("#/$defs/" + kind + "_step");
  CHECK(in_schema == kinds);
}

TEST_CASE("every key is read: an odd value behind it is refused behind it") {
  for (const auto& object : segue::plan::all_keys())
    for (const auto& key : object.keys) {
      const auto text = segue::replace_all(frames().at(object.object), "@", object_with_odd(object, key));
      CAPTURE(text);
      const auto parts = segue::split_text(refusal(text).message, ':');
      REQUIRE(parts.size() > 3);
      const auto line = segue::split_text(text, '\n').at(static_cast<std::size_t>(*segue::to_integer(parts[1])) - 1);
      const auto column = static_cast<std::size_t>(*segue::to_integer(parts[2])) - 1;
      const auto odd = line.find(key + ": {odd: ") + key.size() + 2;
      CHECK(column >= odd);
      CHECK(column < odd + std::string("{odd: {odd: odd}}").size());
    }
}

TEST_CASE("every key that the schema requires is required by the reader") {
  for (const auto& object : segue::plan::all_keys()) {
    const auto* required = definitions().at(object.object).as_object().if_contains("required");
    for (const auto& key : required ? required->as_array() : json::array{}) {
      const std::string missing(key.as_string());
      std::string others;
      for (const auto& other : object.keys) {
        const auto right = right_values().find(object.object + "." + other);
        if (other != missing && right != right_values().end()) others += (others.empty() ? "" : ", ") + other + ": " + right->second;
      }
      const auto text = segue::replace_all(frames().at(object.object), "@", others);
      CAPTURE(text);
      const auto message = refusal(text).message;
      const bool is_kind = object.object == missing + "_step";
      CHECK_MESSAGE(message.find(is_kind ? "none of its kinds" : "expected key \"" + missing + "\"") != std::string::npos, message);
    }
  }
}

TEST_CASE("the page about plans explains every key, and its example is a plan") {
  const auto page = segue::read_file(SEGUE_SOURCE_DIR "/docs/plan.md");
  const std::string fence = "```yaml\n";
  const auto begin = page.find(fence) + fence.size(), end = page.find("```", begin);
  REQUIRE(end != std::string::npos);
  const auto tables = page.substr(end);
  for (const auto& object : segue::plan::all_keys())
    for (const auto& key : object.keys) {
      CAPTURE(key);
      const bool explained = tables.find("`" + key + "`") != std::string::npos || tables.find("`" + key + ":") != std::string::npos ||
                             (object.object == "require" && tables.find("`require: {table, columns}`") != std::string::npos);
      CHECK(explained);
    }
  CHECK_NOTHROW(segue::plan::parse("plan.md", page.substr(begin, end - begin), SEGUE_SOURCE_DIR "/plans/hospital-services"));
}
