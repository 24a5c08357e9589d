// The SQL that mappings become, compared to files a reviewer can read: tests/unit/golden/*.sql.
// SEGUE_UPDATE_GOLDEN=1 writes them anew; look at the difference before it is committed.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mapping/mapping.hpp"
#include "plan/plan.hpp"
#include "sql/statement.hpp"

using namespace segue;
using mapping::Resolved;

namespace {

struct Titled { std::string title; sql::Sql statement; };

void compare_to_file(const std::string& name, const std::vector<Titled>& statements) {
  const auto path = std::string(SEGUE_SOURCE_DIR "/tests/unit/golden/") + name + ".sql";
  std::string text;
  for (const auto& [title, statement] : statements) text += "-- " + title + "\n" + statement.text() + ";\n\n";
  CHECK(sql::split(name, text).size() == statements.size());     // PostgreSQL's parser takes each of them
  const char* update = std::getenv("SEGUE_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") std::ofstream(path, std::ios::binary) << text;
  const auto expected = std::filesystem::exists(path) ? read_file(path) : "(there is no such file)";
  CHECK_MESSAGE(expected == text, path << " differs; SEGUE_UPDATE_GOLDEN=1 writes what is generated now");
}

catalog::Column column(const std::string& name, const std::string& type, bool not_null = false) {
  return {name, type, not_null, std::nullopt, false};
}

catalog::Table reservations() {
  catalog::Table table;
  table.name = {"public", "reservations"};
  table.key = {"id"};
  table.columns = {column("id", "text", true), column("service", "\"ServiceType\"", true), column("preferredTime", "text", true),
                   column("serviceId", "text"), column("serviceName", "text"), column("estimatedDuration", "integer"),
                   column("period", "\"Period\"")};
  return table;
}

Resolved hospital() {
  const auto plan = plan::load(SEGUE_SOURCE_DIR "/plans/hospital-services");
  return mapping::resolve(plan, plan.mapping("reservations"), reservations());
}

// Old columns under their retired names, as they are found between retire and drop.
Resolved retired_hospital() {
  const auto plan = plan::load(SEGUE_SOURCE_DIR "/plans/hospital-services");
  auto table = reservations();
  for (auto& found : table.columns)
    if (found.name == "service" || found.name == "preferredTime") found.name += "__retired";
  return mapping::resolve(plan, plan.mapping("reservations"), table,
                          {{"service", "service__retired"}, {"preferredTime", "preferredTime__retired"}});
}

Resolved resolved(const std::string& yaml, const catalog::Table& table) {
  const auto plan = plan::parse("plan.yaml", yaml + "phases: [{name: migrate, steps: [{sync: m}, {backfill: m}]}]\n", ".");
  return mapping::resolve(plan, plan.mapping("m"), table);
}

std::vector<Titled> everything(const Resolved& mapping) {
  std::vector<Titled> statements{{"create_function", mapping::create_function(mapping)}};
  for (const auto& statement : mapping::create_triggers(mapping)) statements.push_back({"create_triggers", statement});
  for (const auto& statement : mapping::drop_triggers(mapping)) statements.push_back({"drop_triggers", statement});
  statements.push_back({"next_boundary", mapping::next_boundary(mapping)});
  statements.push_back({"highest_key", mapping::highest_key(mapping)});
  statements.push_back({"backfill_batch", mapping::backfill_batch(mapping, {})});
  statements.push_back({"backfill_batch, class 3 of 8", mapping::backfill_batch(mapping, {.classes = 8, .number = 3})});
  statements.push_back({"compare_range", mapping::compare_range(mapping)});
  return statements;
}

catalog::Table rooms() {
  catalog::Table table;
  table.name = {"public", "rooms"};
  table.key = {"house", "number"};
  table.columns = {column("house", "text", true), column("number", "bigint", true), column("size", "text"), column("squareMetres", "integer")};
  return table;
}

const std::string rooms_plan =
    "plan: rooms\n"
    "mappings:\n"
    "  m:\n"
    "    table: rooms\n"
    "    new: {from: sizes r ON r.word = old.size, set: {squareMetres: r.metres}}\n"
    "    old: {from: sizes r ON r.metres = new.\"squareMetres\", set: {size: r.word}}\n";

catalog::Table odd() {
  catalog::Table table;
  table.name = {"odd schema", "table \"of\" 예약"};
  table.key = {"the key"};
  table.columns = {column("the key", "uuid", true), column("o'ld", "text"), column("né \"w\"", "text")};
  return table;
}

const std::string odd_plan =
    "plan: odd\n"
    "schema: '\"odd schema\"'\n"
    "mappings:\n"
    "  m:\n"
    "    table: '\"table \"\"of\"\" 예약\"'\n"
    "    new: {set: {'né \"w\"': 'upper(old.\"o''ld\") || ''{} $segue$ \\'' '}}\n"
    "    old: {set: {'o''ld': \"lower(new.\\\"né \\\"\\\"w\\\"\\\"\\\") -- a comment\"}}\n";

}  // namespace

TEST_CASE("golden: dual write of the hospital") {
  const auto mapping = hospital();
  compare_to_file("hospital_create_function", {{"create_function", mapping::create_function(mapping)}});
  std::vector<Titled> triggers;
  for (const auto& statement : mapping::create_triggers(mapping)) triggers.push_back({"create_triggers", statement});
  for (const auto& statement : mapping::drop_triggers(mapping)) triggers.push_back({"drop_triggers", statement});
  compare_to_file("hospital_triggers", triggers);
}

TEST_CASE("golden: dual write of the hospital when the old columns are retired") {
  const auto mapping = retired_hospital();
  CHECK(mapping.retired);
  compare_to_file("hospital_retired_function", {{"create_function", mapping::create_function(mapping)}});
}

TEST_CASE("golden: the hospital's backfill") {
  const auto mapping = hospital();
  compare_to_file("hospital_backfill", {{"next_boundary", mapping::next_boundary(mapping)},
                                        {"highest_key", mapping::highest_key(mapping)},
                                        {"backfill_batch", mapping::backfill_batch(mapping, {})},
                                        {"backfill_batch, class 5 of 8", mapping::backfill_batch(mapping, {.classes = 8, .number = 5})},
                                        {"backfill_batch of some texts, without rows in repair",
                                         mapping::backfill_batch(mapping, {.only_column = "preferredTime", .skip_repairs = true})},
                                        {"queue_unseen", mapping::queue_unseen(mapping, mapping.values.at(0))}});
}

TEST_CASE("golden: the hospital's comparison and the way back from the archive") {
  compare_to_file("hospital_compare", {{"compare_range", mapping::compare_range(hospital())}});
  compare_to_file("hospital_restore", {{"restore_old_batch", mapping::restore_old_batch(retired_hospital(), {"segue_archive", "hospital-services reservations"},
                                                                                        {"serviceId", "serviceName", "estimatedDuration", "period"})}});
}

TEST_CASE("golden: a key of two columns, and a joined table that the plan calls r") {
  compare_to_file("composite_key", everything(resolved(rooms_plan, rooms())));
}

TEST_CASE("golden: names with spaces, quotes, other scripts, and a plan's text that looks like ours") {
  compare_to_file("odd_names", everything(resolved(odd_plan, odd())));
}

TEST_CASE("names that PostgreSQL would cut are hashed, stay apart, and fit") {
  auto mapping = hospital();
  mapping.plan = std::string(60, 'p');
  auto other = mapping;
  other.name = "another";
  for (const auto* event : {"insert", "update"}) {
    CHECK(mapping::trigger_name(mapping, event).size() <= 63);
    CHECK(mapping::trigger_name(mapping, event) != mapping::trigger_name(other, event));
  }
  CHECK(mapping::function_name(mapping).size() <= 63);
  CHECK(mapping::function_name(mapping) != mapping::function_name(other));
  CHECK(mapping::function_name(mapping) == mapping::function_name(mapping));
  CHECK(mapping::function_name(hospital()) == "sync hospital-services reservations");
  CHECK(mapping::trigger_name(mapping, "insert") != mapping::trigger_name(mapping, "update"));
  compare_to_file("long_names", everything(mapping));
}
