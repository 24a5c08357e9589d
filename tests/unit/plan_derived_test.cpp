// Mappings that derive rows: what is read, in which order they stand, and what is refused where.
#include "plan_support.hpp"

using namespace plan_test;

namespace {

const std::string side = "{key: {id: old.id}, on delete: cascade}";

std::string mapping(const std::string& name, const std::string& table, const std::string& from) {
  return "  " + name + ":\n    table: " + table + "\n    into: " + name + "\n    new: {" + (from.empty() ? "" : "from: \"" + from + "\", ") +
         "key: {id: old.id}, on delete: cascade}\n    old: {key: {id: new.id}, on delete: detach, detach: {a: 1}}\n";
}

std::string plan_of(const std::string& mappings, const std::string& steps = "{sync: a}") {
  return "plan: p\nmappings:\n" + mappings + "phases: [{name: x, steps: [" + steps + "]}]\n";
}

}  // namespace

TEST_CASE("a mapping that reads derived rows stands behind the one that derives them") {
  const auto plan = segue::plan::parse("plan.yaml", plan_of(mapping("a", "t", "b ON b.id = old.id") + mapping("b", "t", "c x ON x.id = old.id") + mapping("c", "t", ""), "{sync: c}"), ".");
  REQUIRE(plan.mappings.size() == 3);
  CHECK(plan.mappings[0].name == "c");
  CHECK(plan.mappings[1].name == "b");
  CHECK(plan.mappings[2].name == "a");
  CHECK(plan.mappings[2].into == "a");
  CHECK(plan.mappings[2].to_new.on_delete == segue::plan::Side::OnDelete::cascade);
  CHECK(plan.mappings[2].to_old.detach.front().second == "1");
}

TEST_CASE("a circle of mappings is refused where it closes") {
  const auto answer = refusal(plan_of(mapping("a", "t", "b ON b.id = old.id") + mapping("b", "t", "a ON a.id = old.id")));
  CHECK(answer.message == "plan.yaml:6:10: expected mappings that can be put in order, got a circle: a needs b needs a");
}

TEST_CASE("sync and backfill go in the order of what they read") {
  const auto two = mapping("a", "t", "b ON b.id = old.id") + mapping("b", "t", "");
  CHECK(refusal(plan_of(two, "{sync: a}")).message == "plan.yaml:13:28: expected sync: b before this sync, got none");
  CHECK(refusal(plan_of(two, "{sync: b}, {sync: a}, {backfill: a}")).message == "plan.yaml:13:50: expected backfill: b before this backfill, got none");
}

TEST_CASE("keys of one kind of mapping are refused in the other") {
  const auto head = std::string("plan: p\nmappings: {m: ");
  const auto tail = std::string("}\nphases: [{name: a, steps: [{sync: m}]}]\n");
  CHECK(refusal(head + "{new: {set: {a: old.b}, where: old.c}}" + tail).message == "plan.yaml:2:39: unknown key \"where\"");
  CHECK(refusal(head + "{into: t, new: {key: {a: old.b}, on delete: cascade, otherwise: {a: 1}}}" + tail).message == "plan.yaml:2:68: unknown key \"otherwise\"");
  CHECK(refusal(head + "{into: t, snapshot: [a], new: " + side + ", old: " + side + "}" + tail).message ==
        "plan.yaml:2:25: expected no snapshot in a mapping that derives rows, got one");
  CHECK(refusal(head + "{into: m, new: " + side + ", old: " + side + "}" + tail).message == "plan.yaml:2:22: expected another table than \"m\", got the same");
  CHECK(refusal(head + "{into: t, new: {key: {a: old.b}, on delete: drop}}" + tail).message == "plan.yaml:2:59: expected cascade, detach or forbid, got \"drop\"");
  CHECK(refusal(head + "{into: t, new: {key: {a: old.b}, on delete: cascade, detach: {c: 1}}}" + tail).message ==
        "plan.yaml:2:68: expected on delete: detach beside detach, got another");
  CHECK(refusal(head + "{into: t, new: {key: {a: old.b}, set: {a: old.c}, on delete: cascade}}" + tail).message ==
        "plan.yaml:2:54: expected each column once, got \"a\" again");
}

TEST_CASE("a value may stand in what is kept equal on the new side, and nowhere else: an identity or a birth waits for nobody") {
  const auto head = std::string("plan: p\nvalues: {v: {column: t.c, dates: made, expression: upper(raw)}}\nmappings: {m: {table: t, into: d, new: ");
  const auto tail = std::string("}}\nphases: [{name: a, steps: [{sync: m}]}]\n");
  const std::string back = ", old: {key: {id: new.id}, on delete: cascade}";
  const auto plan = segue::plan::parse("plan.yaml", head + "{key: {id: old.id}, set: {x: value(v)}, on delete: cascade}" + back + tail, ".");
  CHECK(plan.mappings[0].to_new.set.front().second == "value(v)");
  CHECK(plan.values[0].dates == "made");
  CHECK(refusal("plan: p\nvalues: {v: {column: t.c, dates: c, expression: upper(raw)}}\nphases: [{name: a, steps: [{profile: v}]}]\n").message ==
        "plan.yaml:2:34: expected another column than the text's, got \"c\"");
  for (const std::string side : {"{key: {id: value(v)}, on delete: cascade}", "{key: {id: old.id}, insert: {x: value(v)}, on delete: cascade}",
                                 "{key: {id: old.id}, where: value(v) = 'A', on delete: cascade}", "{key: {id: old.id}, on delete: detach, detach: {x: value(v)}}"})
    CHECK(refusal(head + side + back + tail).message == "plan.yaml:3:40: expected value(v) in set: of the new side only, got it elsewhere");
  CHECK(refusal(head + "{key: {id: old.id}, on delete: cascade}, old: {key: {id: new.id}, set: {c: value(v)}, on delete: cascade}" + tail).message ==
        "plan.yaml:3:86: expected value(v) in set: of the new side only, got it elsewhere");
}

TEST_CASE("a table that a derivation needs for the way back cannot be dropped whole") {
  CHECK(refusal(plan_of(mapping("a", "t", ""), "{sync: a}, {retire: [t]}")).message ==
        "plan.yaml:8:39: expected columns of \"t\", got the whole table, which mapping \"a\" keeps");
}
