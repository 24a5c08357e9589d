// A value inside a mapping that derives rows: the derived row has what the text means, provisional or not, and follows people's
// decisions; the other way the driving row gets the plan's text, unless its own says the same.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/review.hpp"
#include "engine/watch.hpp"
#include "steps/heal.hpp"
#include "support/staged.hpp"

using namespace segue;

namespace {

const std::string folder = SEGUE_SOURCE_DIR "/tests/scenario/derived-values";

// On the way through tests/scenario/derived-values: tables are there, then single steps on demand.
class Calls : public tests::Staged {
 public:
  explicit Calls(const std::string& change = {}, const std::string& from = {}, const std::string& to = {})
      : Staged(plan::parse(folder + "/plan/plan.yaml", changed(from, to), folder + "/plan"), "fill",
               read_file(folder + "/schema.sql") + "truncate calls, tasks; alter table calls add column part text;" + change) {}
  const plan::ValueDef& value() const { return plan().values.front(); }

  void sync() {
    run("profile part_of_day");
    sync_all();
  }
  void fill() { backfill_all(); }
  std::int64_t heal() { return steps::heal_texts(db(), plan(), epoch(), value()).texts; }
  engine::Outcome decide(const std::string& raw, const std::string& meaning) {
    return engine::decide(db(), plan(), value(), {{"", {.value = value().name, .raw = raw, .meaning = meaning, .actor = "desk", .reason = "rang back"}}});
  }
  // What stands for a call: its text, the derived row's period, the row's own part, and the period that its task reads.
  std::string call(const std::string& id) {
    return ask("select concat_ws('|', coalesce(c.wanted, '-'), coalesce(w.period, '-'), coalesce(c.part, '-'), coalesce(t.period, '-')) from calls c "
               "left join wishes w on w.\"callId\" = c.id left join tasks t on t.\"callId\" = c.id where c.id = '" + id + "'");
  }
  std::string queued() { return ask("select count(*) from segue.value_seen"); }

 private:
  // With a second mapping that uses the value, in the row itself.
  static std::string changed(const std::string& from, const std::string& to) {
    auto yaml = read_file(folder + "/plan/plan.yaml");
    yaml = replace_all(yaml, "mappings:\n", "mappings:\n  calls:\n    new:\n      set: {part: \"lower(value(part_of_day))\"}\n    old: none\n");
    yaml = replace_all(yaml, "      - sync: tasks\n", "      - sync: tasks\n      - sync: calls\n");
    yaml = replace_all(yaml, "      - backfill: tasks\n", "      - backfill: tasks\n      - backfill: calls\n");
    return from.empty() ? yaml : replace_all(yaml, from, to);
  }
};

std::string insert(const std::string& id, const std::string& wanted) {
  return "insert into calls (id, caller, wanted) values ('" + id + "', 'C', '" + wanted + "'); insert into tasks values ('t' || '" + id + "', '" + id + "', 'ring');";
}

// Dual write is on, "known" holds a text that is read, "odd" one that nobody can read.
struct Filled : Calls {
  Filled() : Calls(insert("known", "2 PM") + insert("odd", "when it rains")) {
    sync();
    fill();
  }
};

}  // namespace

TEST_CASE("the backfill gives derived rows what the texts mean, and provisional meanings where nobody can read them") {
  Filled calls;
  CHECK(calls.call("known") == "2 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.call("odd") == "when it rains|MORNING|morning|MORNING");
  CHECK(calls.findings() == "");
  CHECK(calls.repairs() == "");
}

TEST_CASE("a text that came between profile and backfill is read before its derived row is made") {
  Calls calls(insert("early", "2 PM"));
  calls.run("profile part_of_day");
  calls.write(insert("late", "3:47 PM"));
  for (const auto& mapping : calls.plan().mappings) calls.run("sync " + mapping.name);
  calls.fill();
  CHECK(calls.call("late") == "3:47 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.queued() == "0");
  CHECK(calls.findings() == "");
}

TEST_CASE("a new text gives a provisional derived row in the writer's transaction, and the right one when it is read, by its key") {
  Filled calls;
  calls.write(insert("a", "3:47 PM") + "update calls set wanted = '4:11 PM' where id = 'odd'");
  CHECK(calls.call("a") == "3:47 PM|MORNING|morning|MORNING");
  CHECK(calls.ask("select count(*) from segue.value_seen where key is null") == "0");
  CHECK(calls.heal() == 2);
  CHECK(calls.call("a") == "3:47 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.call("odd") == "4:11 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.queued() == "0");
  CHECK(calls.findings() == "");
  CHECK(calls.repairs() == "");
}

TEST_CASE("a decision reaches each mapping that uses the text, and what reads the derived row; a withdrawal takes it back everywhere") {
  Filled calls;
  const auto outcome = calls.decide("when it rains", "AFTERNOON");
  CHECK(outcome.rows_follow);
  CHECK(calls.call("odd") == "when it rains|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.findings() == "");
  calls.write(insert("next", "when it rains"));
  CHECK(calls.call("next") == "when it rains|AFTERNOON|afternoon|AFTERNOON");
  calls.decide("when it rains", "");
  CHECK(calls.call("odd") == "when it rains|MORNING|morning|MORNING");
  CHECK(calls.call("next") == "when it rains|MORNING|morning|MORNING");
  CHECK(calls.findings() == "");
}

TEST_CASE("what the new application wrote stands, whatever is decided about the text before it") {
  Filled calls;
  calls.write("update wishes set period = 'AFTERNOON' where \"callId\" = 'odd'");
  CHECK(calls.call("odd") == "14:00|AFTERNOON|morning|AFTERNOON");        // part: nobody has read "14:00" yet
  calls.heal();
  CHECK(calls.call("odd") == "14:00|AFTERNOON|afternoon|AFTERNOON");
  calls.decide("when it rains", "MORNING");
  CHECK(calls.call("odd") == "14:00|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.findings() == "");
}

TEST_CASE("a text that dual write has written is no reason to overwrite what the new application said, even before it is read") {
  Filled calls;
  calls.write("update wishes set period = 'AFTERNOON' where \"callId\" = 'odd'");
  CHECK(calls.ask("select raw from segue.value_seen") == "14:00");
  calls.run("backfill wishes");                                  // its cursors are done: the walk itself is asked for below
  calls.db().run("test.fill", mapping::fill_range(steps::derivation(calls.db(), calls.plan(), "wishes")), {nullptr, nullptr});
  CHECK(calls.ask("select period from wishes where \"callId\" = 'odd'") == "AFTERNOON");
}

TEST_CASE("a new-style write keeps the caller's own words where they mean the same") {
  Filled calls;
  calls.write("update wishes set caller = 'renamed' where \"callId\" = 'known'");
  CHECK(calls.call("known") == "2 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.ask("select caller from calls where id = 'known'") == "renamed");
  calls.db().run("test.back", mapping::carry_back_range(steps::derivation(calls.db(), calls.plan(), "wishes")), {nullptr, nullptr});
  CHECK(calls.call("known") == "2 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.call("odd") == "when it rains|MORNING|morning|MORNING");
  calls.write("insert into wishes (\"callId\", period, caller) values ('fresh', 'AFTERNOON', 'N')");
  calls.heal();
  CHECK(calls.call("fresh") == "14:00|AFTERNOON|afternoon|-");
  CHECK(calls.findings() == "");
}

TEST_CASE("the comparison finds a derived row whose period was changed behind the triggers, on both sides") {
  Filled calls;
  calls.write("set session_replication_role = replica; update wishes set period = 'MORNING' where \"callId\" = 'known'; set session_replication_role = default");
  CHECK(calls.findings() == "wishes: {\"key\":[\"known\"],\"class\":\"value\",\"columns\":[\"period\"]}\n"
                            "wishes: {\"key\":[\"" + calls.ask("select id from wishes where \"callId\" = 'known'") + "\"],\"class\":\"value\",\"columns\":[\"wanted\"]}\n"
                            "tasks: [\"tknown\"]\n");
}

TEST_CASE("where the derived column takes no NULL and the plan names no provisional meaning, the row comes when its text is read") {
  Calls calls({}, "    unreadable: {live: MORNING}\n", "");
  calls.write("alter table wishes alter period set not null");
  calls.sync();
  calls.fill();
  calls.write(insert("a", "3:47 PM") + insert("b", "no idea"));
  CHECK(calls.call("a") == "3:47 PM|-|-|-");
  CHECK(calls.repairs() == "wishes new a 23502\nwishes new b 23502\n");
  calls.settle();
  CHECK(calls.call("a") == "3:47 PM|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.repairs() == "wishes new b 23502\n");
  CHECK(calls.decide("no idea", "MORNING").changed == 1);
  calls.settle();
  CHECK(calls.call("b") == "no idea|MORNING|morning|MORNING");
  CHECK(calls.repairs() == "");
  CHECK(calls.findings() == "");
}

TEST_CASE("two calls that derive one row must mean the same: until then it is nobody's, and a decision settles it") {
  const std::string by_caller = "key: {callId: \"(select min(f.id) from calls f where f.caller = old.caller)\"}";
  Calls calls({}, "key: {callId: old.id}", by_caller);
  calls.write("create index on calls (caller)");
  calls.sync();
  calls.fill();
  calls.write("insert into calls (id, caller, wanted) values ('a', 'C', '2 PM'), ('b', 'C', 'someday')");
  calls.settle();
  CHECK(calls.ask("select period from wishes") == "MORNING");    // provisional, as both were at first
  CHECK(calls.repairs() == "wishes into new a claims disagree\n");
  calls.decide("someday", "AFTERNOON");
  calls.settle();
  CHECK(calls.ask("select period from wishes") == "AFTERNOON");
  CHECK(calls.repairs() == "");
}

TEST_CASE("a decision the derived column does not take is refused, and nothing is changed") {
  Filled calls;
  calls.write("alter table wishes add check (period = 'MORNING' or caller <> 'odd one'); update calls set caller = 'odd one' where id = 'odd'");
  try {
    calls.decide("when it rains", "AFTERNOON");
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(error.sqlstate() == "23514");
  }
  CHECK(calls.call("odd") == "when it rains|MORNING|morning|MORNING");
  CHECK(calls.ask("select count(*) from segue.decisions") == "0");
}

TEST_CASE("what the plan's author decides while no row can follow yet waits in the plan, not in the queue") {
  const std::string unreadable = "    unreadable: {live: MORNING}\n";
  Calls calls(insert("odd", "when it rains"), unreadable, unreadable + "    decided: {when it rains: AFTERNOON}\n");
  calls.run("profile part_of_day");
  calls.write("update segue.value_map set meaning = null, certainty = 'unreadable'");   // as a profile by the plan before it left it
  for (int round = 0; round < 3; ++round) CHECK(calls.heal() == 0);
  CHECK(calls.queued() == "0");
  for (const auto& mapping : calls.plan().mappings) calls.run("sync " + mapping.name);
  calls.fill();
  CHECK(calls.call("odd") == "when it rains|AFTERNOON|afternoon|AFTERNOON");
  CHECK(calls.queued() == "0");
}

TEST_CASE("a plan that names a column of dates that is not there is stopped before a text is read") {
  Calls calls({}, "dates: rangAt", "dates: rangat");
  CHECK_THROWS_WITH_AS(calls.run("profile part_of_day"), doctest::Contains("has no column \"rangat\""), Error);
}

TEST_CASE("watching reads texts of derived rows as of any other") {
  Filled calls;
  calls.write(insert("a", "3:47 PM"));
  std::int64_t texts = 0;
  engine::WatchOptions options;
  options.once = true;
  options.tell = [&](const engine::WatchEvent& event) { texts += event.texts; };
  engine::watch(calls.url(), calls.plan(), options);
  CHECK(texts == 1);
  CHECK(calls.call("a") == "3:47 PM|AFTERNOON|afternoon|AFTERNOON");
}
