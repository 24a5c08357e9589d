// A plan's mapping against the table it is for: what is taken, what is refused and how.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "mapping/mapping.hpp"
#include "plan/plan.hpp"

using namespace segue;

namespace {

catalog::Table rooms() {
  catalog::Table table;
  table.name = {"public", "rooms"};
  table.key = {"id"};
  for (const auto* name : {"id", "size", "squareMetres", "kind", "note"}) table.columns.push_back({name, "text", false, std::nullopt, false});
  return table;
}

plan::Plan plan_of(const std::string& to_new, const std::string& to_old) {
  return plan::parse("plan.yaml", "plan: rooms\nmappings:\n  rooms:\n    new: " + to_new + "\n    old: " + to_old +
                                      "\nphases: [{name: migrate, steps: [{sync: rooms}]}]\n", ".");
}

mapping::Resolved resolve(const std::string& to_new, const std::string& to_old, const catalog::Table& table = rooms()) {
  const auto plan = plan_of(to_new, to_old);
  return mapping::resolve(plan, plan.mapping("rooms"), table);
}

std::string refusal(const std::string& to_new, const std::string& to_old, const catalog::Table& table = rooms()) {
  try {
    resolve(to_new, to_old, table);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::plan_file);
    return error.message();
  }
  return "taken";
}

const std::string metres = "{set: {squareMetres: upper(old.size)}}", size = "{set: {size: lower(new.\"squareMetres\")}}";

catalog::Table with(const std::string& column, const std::string& type, bool generated = false) {
  auto table = rooms();
  for (auto& found : table.columns)
    if (found.name == column) { found.type = type; found.generated = generated; }
  return table;
}

}  // namespace

TEST_CASE("a column depends on what its expression names, and on the join only if it uses the joined table") {
  const auto mapping = resolve("{from: sizes s ON s.word = old.size AND s.kind = old.kind, set: {squareMetres: s.metres, note: upper(old.note)}}",
                               "{set: {size: new.\"squareMetres\"}}");
  CHECK(mapping.to_new.columns.at(0).depends_on == std::set<std::string>{"kind", "size"});
  CHECK(mapping.to_new.columns.at(1).depends_on == std::set<std::string>{"note"});
  CHECK(mapping.to_old.columns.at(0).depends_on == std::set<std::string>{"squareMetres"});
}

TEST_CASE("columns that are not there are refused by name, with the place in the plan") {
  CHECK(refusal("{set: {squaremetres: old.size}}", size) == "plan.yaml:4:10: expected a column of \"rooms\", got \"squaremetres\"");
  CHECK(refusal("{set: {squareMetres: old.length}}", size) == "plan.yaml:4:10: old.length is not a column of \"rooms\"");
  CHECK(refusal(metres, "{set: {size: new.squareMetres}}") == "plan.yaml:5:10: new.squaremetres is not a column of \"rooms\"");
}

TEST_CASE("a table without a key is refused") {
  auto table = rooms();
  table.key.clear();
  CHECK(refusal(metres, size, table).find("neither a primary key nor a unique index") != std::string::npos);
}

TEST_CASE("a generated column is refused on either end") {
  CHECK(refusal(metres, size, with("squareMetres", "text", true)) == "plan.yaml:4:10: column \"squareMetres\" is generated: nothing can write it");
  CHECK(refusal(metres, size, with("size", "text", true)).find("\"size\" is generated") != std::string::npos);
  CHECK(refusal("{set: {squareMetres: old.kind}}", size, with("kind", "text", true)) ==
        "plan.yaml:4:10: column \"kind\" is generated: triggers run before PostgreSQL has computed it");
}

TEST_CASE("a column of a type that has no equality is refused, for the application's own update would fail") {
  for (const auto* type : {"json", "json[]", "xml", "point"})
    CHECK(refusal("{set: {squareMetres: old.kind::text}}", size, with("kind", type)) ==
          "plan.yaml:4:10: column \"kind\" is " + std::string(type) + ", and PostgreSQL cannot compare two of those");
  CHECK(refusal(metres, size, with("squareMetres", "json")).find("cannot compare") != std::string::npos);
  CHECK(refusal(metres, size, with("squareMetres", "jsonb")) == "taken");
}

TEST_CASE("retired columns keep the plan's names and are found under those they have now; dropped ones are left out") {
  const auto plan = plan_of(metres, "{set: {size: new.\"squareMetres\", kind: new.\"squareMetres\"}}");
  auto table = rooms();
  table.columns.at(1).name = "size__retired";
  const auto mapping = mapping::resolve(plan, plan.mapping("rooms"), table, {{"size", "size__retired"}, {"kind", ""}});
  CHECK(mapping.retired);
  REQUIRE(mapping.to_old.columns.size() == 1);
  CHECK(mapping.to_old.columns[0].column == "size");
  CHECK(mapping.to_old.columns[0].stored == "size__retired");
}
