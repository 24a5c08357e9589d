#include "plan/value_reader.hpp"
#include "plan_support.hpp"

using namespace plan_test;
using namespace segue::plan;
using std::chrono::milliseconds;

namespace {

const std::string everything = R"(
plan: everything
title: A plan that uses every key
schema: '"Clinic schema"'
contacts: [{role: owner, reach: rota}]
checklist: [backup restored]
limits: {lock timeout: 50ms, lock budget: 5min}
values:
  period:
    column: bookings.wish
    reader: time-of-day
    becomes: {before "10:00": EARLY, before "12:30": NOON, otherwise: LATE}
    hours: 08:00-17:30
    unreadable: {live: NOON}
    decided: {점심: NOON, "": LATE}
mappings:
  bookings:
    new:
      from: services s ON s.code = old.service::text
      set: {serviceId: s.id, period: value(period)}
    old:
      from: services s ON s.id = new."serviceId"
      set: {service: s.code, wish: new.period}
      otherwise: {service: "'OTHER'"}
    snapshot: [serviceId]
  names: {table: '"Odd table"', new: {set: {full: old.first}}, old: {set: {first: new.full}}}
phases:
  - name: one
    title: First
    steps:
      - sql: a.sql
        undo: b.sql
      - profile: period
      - {sync: bookings, name: keep both}
      - {backfill: bookings, workers: 3}
      - verify: bookings
      - require: {table: bookings, columns: [serviceId, period]}
    checks: [{name: one is one, sql: SELECT 1, expect: 1}]
    gate: {populated: 100%, read: "> 0.95", share of one period: 95%, mismatches: 0, repairs: "<= 10", approve: 2}
  - name: two
    irreversible: true
    steps:
      - {rollout: new-path, to: [5%, 25, 100%], bake: 24h}
      - retire: [bookings.service, '"Odd ""t"""."odd.column"', limits]
      - drop: [bookings.service]
        archive: true
)";

}  // namespace

TEST_CASE("a plan is read in full: its head") {
  const auto plan = parse(everything);
  CHECK(plan.name == "everything");
  CHECK(plan.title == "A plan that uses every key");
  CHECK(plan.schema == "Clinic schema");
  CHECK(plan.contacts.at(0).role == "owner");
  CHECK(plan.contacts.at(0).reach == "rota");
  CHECK(plan.checklist == std::vector<std::string>{"backup restored"});
  CHECK(plan.limits.lock_timeout == milliseconds(50));
  CHECK(plan.limits.lock_budget == milliseconds(300'000));
  CHECK(plan.directory == shared_folder().path());
}

TEST_CASE("a plan is read in full: values") {
  const auto plan = parse(everything);
  const auto& value = plan.value("period");
  CHECK(value.table == "bookings");
  CHECK(value.column == "wish");
  CHECK(value.reader == "time-of-day");
  REQUIRE(value.becomes.size() == 2);
  CHECK(value.becomes[1].before == "12:30");
  CHECK(value.becomes[1].meaning == "NOON");
  CHECK(value.otherwise == "LATE");
  CHECK(value.hours == "08:00-17:30");
  CHECK(value.live == "NOON");
  CHECK(value.decided == ColumnExpressions{{"점심", "NOON"}, {"", "LATE"}});
  CHECK(value.where.text() == "plan.yaml:9:3");
}

TEST_CASE("a plan is read in full: values of every other reader") {
  const auto plan = parse(
      "plan: p\nvalues:\n"
      "  sex: {column: t.a, reader: enum, labels: {FEMALE: [f, 여], MALE: [m], OTHER: []}, unreadable: {live: OTHER}, decided: {x: MALE}}\n"
      "  age: {column: t.b, reader: integer, least: 0, most: 120, decided: {old: 99}}\n"
      "  born: {column: t.c, reader: date, order: day-first, languages: [de, en]}\n"
      "  phone: {column: t.d, reader: phone, country: KR}\n"
      "  agreed: {column: t.e, reader: boolean, unreadable: {live: \"false\"}}\n"
      "  code: {column: t.f, expression: \"nullif(upper(raw), '')\", decided: {x: anything}}\n"
      "phases: [{name: a, steps: [{sql: a.sql}]}]\n");
  CHECK(plan.value("sex").labels.at(0) == std::pair<std::string, std::vector<std::string>>{"FEMALE", {"f", "여"}});
  CHECK(plan.value("sex").live == "OTHER");
  CHECK(plan.value("age").least == 0);
  CHECK(plan.value("age").most == 120);
  CHECK(plan.value("born").order == "day-first");
  CHECK(plan.value("born").languages == std::vector<std::string>{"de", "en"});
  CHECK(plan.value("phone").country == "KR");
  CHECK(plan.value("agreed").live == "false");
  CHECK(plan.value("code").expression == "nullif(upper(raw), '')");
  CHECK(plan.value("code").reader.empty());
  CHECK(reader_of(plan.value("sex"))->read(" F ").meaning == "FEMALE");
  CHECK(reader_of(plan.value("sex"))->read("x").meaning == "MALE");
  CHECK(reader_of(plan.value("born"))->read("01/02/2024").meaning == "2024-02-01");
  CHECK_THROWS_WITH(reader_of(plan.value("code")), "plan.yaml:8:3: value \"code\" is read by SQL, by no reader");
}

TEST_CASE("a plan is read in full: mappings") {
  const auto plan = parse(everything);
  const auto& mapping = plan.mapping("bookings");
  CHECK(mapping.table == "bookings");
  CHECK(mapping.to_new.from == "services s ON s.code = old.service::text");
  CHECK(mapping.to_new.set == ColumnExpressions{{"serviceId", "s.id"}, {"period", "value(period)"}});
  CHECK(mapping.to_new.otherwise.empty());
  CHECK(mapping.to_old.set == ColumnExpressions{{"service", "s.code"}, {"wish", "new.period"}});
  CHECK(mapping.to_old.otherwise == ColumnExpressions{{"service", "'OTHER'"}});
  CHECK(mapping.to_old.where.text() == "plan.yaml:22:7");
  CHECK(mapping.snapshot == std::vector<std::string>{"serviceId"});
  CHECK(plan.mapping("names").table == "Odd table");
  CHECK(plan.mapping("names").to_new.from.empty());
}

TEST_CASE("a plan is read in full: steps and their default names") {
  const auto plan = parse(everything);
  const auto& steps = plan.phase("one").steps;
  std::vector<std::string> names, kinds;
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      names.push_back(step.name);
      kinds.push_back(step.kind());
    }
  CHECK(kinds == std::vector<std::string>{"sql", "profile", "sync", "backfill", "verify", "require", "rollout", "retire", "drop"});
  CHECK(names == std::vector<std::string>{"sql a.sql", "profile period", "keep both", "backfill bookings", "verify bookings",
                                          "require bookings", "rollout new-path",
                                          "retire bookings.service, Odd \"t\".odd.column, limits", "drop bookings.service"});
  const auto& sql = std::get<SqlStep>(steps[0].what);
  CHECK(sql.text == "SELECT 1;\n");
  CHECK(sql.undo_file == "b.sql");
  CHECK(sql.undo_text == "SELECT 2;\n");
  CHECK(std::get<BackfillStep>(steps[3].what).workers == 3);
  CHECK(std::get<RequireStep>(steps[5].what).columns == std::vector<std::string>{"serviceId", "period"});
  CHECK(steps[1].where.text() == "plan.yaml:33:9");
}

TEST_CASE("a plan is read in full: rollout, retire and drop") {
  const auto plan = parse(everything);
  const auto& steps = plan.phase("two").steps;
  const auto& rollout = std::get<RolloutStep>(steps[0].what);
  CHECK(rollout.flag == "new-path");
  CHECK(rollout.percents == std::vector<int>{5, 25, 100});
  CHECK(rollout.bake == std::chrono::hours(24));
  const auto& retire = std::get<RetireStep>(steps[1].what);
  CHECK(retire.targets.at(1).table == "Odd \"t\"");
  CHECK(retire.targets.at(1).column == "odd.column");
  CHECK(retire.targets.at(2).column.empty());
  CHECK(std::get<DropStep>(steps[2].what).archive);
  CHECK(plan.phase("two").irreversible);
  CHECK_FALSE(plan.phase("two").gate);
}

TEST_CASE("a plan is read in full: checks and gate") {
  const auto plan = parse(everything);
  const auto& phase = plan.phase("one");
  CHECK(phase.checks.at(0).sql == "SELECT 1");
  CHECK(phase.checks.at(0).expect == "1");
  REQUIRE(phase.gate);
  CHECK(phase.gate->populated->text() == ">= 100%");
  CHECK(phase.gate->read->text() == "> 95%");
  CHECK(phase.gate->largest_share->text() == "< 95%");
  CHECK(phase.gate->mismatches->text() == "<= 0");
  CHECK(phase.gate->repairs->text() == "<= 10");
  CHECK(phase.gate->approvals == 2);
}

TEST_CASE("what a plan leaves out has a default") {
  const auto plan = parse("plan: small\nphases: [{name: only, steps: [{sql: a.sql}]}]\n");
  CHECK(plan.title == "small");
  CHECK(plan.schema == "public");
  CHECK(plan.limits.lock_timeout == milliseconds(100));
  CHECK(plan.limits.lock_budget == milliseconds(600'000));
  CHECK_FALSE(plan.phases[0].gate);
  CHECK_FALSE(plan.phases[0].irreversible);
}

TEST_CASE("a bound holds as its sign says, and never for what was not measured") {
  using Sense = Bound::Sense;
  CHECK(Bound{Sense::at_least, 0.95, true}.holds(0.95));
  CHECK_FALSE(Bound{Sense::at_least, 0.95, true}.holds(0.9499));
  CHECK(Bound{Sense::at_most, 0, false}.holds(0));
  CHECK_FALSE(Bound{Sense::at_most, 0, false}.holds(1));
  CHECK_FALSE(Bound{Sense::below, 0.95, true}.holds(0.95));
  CHECK_FALSE(Bound{Sense::above, 0.95, true}.holds(0.95));
  CHECK(Bound{Sense::equal, 3, false}.holds(3));
  for (const auto sense : {Sense::at_least, Sense::at_most, Sense::below, Sense::above, Sense::equal})
    CHECK_FALSE(Bound{sense, 0, false}.holds(std::numeric_limits<double>::quiet_NaN()));
  CHECK(Bound{Sense::equal, 3, false}.text() == "= 3");
  CHECK(Bound{Sense::below, 0.07, true}.text() == "< 7%");
}

TEST_CASE("looking up what a plan does not have names what it has") {
  const auto plan = parse(everything);
  CHECK(plan.phase_index("two") == 1);
  try {
    plan.phase("tow");
    FAIL("expected an error");
  } catch (const segue::Error& error) {
    CHECK(error.code() == segue::ErrorCode::not_found);
    CHECK(error.message() == "plan \"everything\" has no phase \"tow\"; did you mean \"two\"?");
    CHECK(error.hint() == "it has: one, two");
  }
  CHECK_THROWS_AS(plan.mapping("x"), segue::Error);
  CHECK_THROWS_AS(plan.value("x"), segue::Error);
}

TEST_CASE("a plan's hash follows the bytes of every file it names, and not the place of its folder") {
  const std::string yaml = "plan: p\nphases: [{name: a, steps: [{sql: one.sql, undo: sub/two.sql}]}]\n";
  Folder first, second;
  for (const auto* folder : {&first, &second}) {
    folder->write("plan.yaml", yaml);
    folder->write("one.sql", "SELECT 1");
    folder->write("sub/two.sql", "SELECT 2");
    folder->write("unused.sql", "SELECT 3");
  }
  const auto hash = load(first.path()).hash;
  CHECK(hash.size() == 64);
  CHECK(load(second.path()).hash == hash);
  CHECK(load(second.path() + "/plan.yaml").hash == hash);
  second.write("unused.sql", "SELECT 4");
  CHECK(load(second.path()).hash == hash);
  second.write("sub/two.sql", "SELECT 2;");
  CHECK(load(second.path()).hash != hash);
  first.write("plan.yaml", yaml + "# a comment\n");
  CHECK(load(first.path()).hash != hash);
}

TEST_CASE("a plan that is not there is not found") {
  try {
    load("/nonexistent/plan");
    FAIL("expected an error");
  } catch (const segue::Error& error) {
    CHECK(error.code() == segue::ErrorCode::not_found);
    CHECK(error.message() == "no plan at \"/nonexistent/plan\"");
  }
}
