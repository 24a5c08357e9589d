// What people decide about texts, and rows that follow: decided, withdrawn, refused, and beside the application's own writes.
#include "engine/review.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "journal/audit.hpp"
#include "journal/journal.hpp"
#include "steps/heal.hpp"
#include "support/hospital.hpp"

using namespace segue;
using engine::Wish;
using tests::Hospital;

namespace {

const std::string strange = "when the band stops";

// Dual write is on; "known" holds a text that is read, "a" and "b" one that nobody can read, and the queue is empty.
struct Reviewed : Hospital {
  Reviewed() {
    insert({{"id", "known"}, {"service", "BODY_CARE"}, {"preferredTime", "9:00 AM"}});
    insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", strange}});
    run("profile");
    run("sync");
    run("backfill");
    insert({{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", strange}});
    absorb();
  }
  const plan::ValueDef& value() { return plan().values.front(); }
  engine::Outcome decide(const std::string& meaning, const std::string& raw = strange) {
    return engine::decide(db(), plan(), value(), {{"", {.value = value().name, .raw = raw, .meaning = meaning, .actor = "nurse", .reason = "she asked"}}});
  }
  std::string period(const std::string& id) {
    return db().run("test.period", "select period::text from reservations where id = $1"_sql, {id}).text();
  }
  std::int64_t queued() { return count("select count(*) from segue.value_seen"_sql); }
};

}  // namespace

TEST_CASE("a text that nobody can read stands in the review queue with its rows; a decision takes it out and its rows follow") {
  Reviewed hospital;
  auto texts = engine::list_texts(hospital.db(), hospital.plan(), hospital.value(), {.date = "preferredDate"});
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].raw == strange);
  CHECK(texts[0].rows == 2);
  CHECK(texts[0].first == "2026-05-04");
  CHECK(hospital.period("a") == "MORNING");                      // provisional
  const auto outcome = hospital.decide("AFTERNOON");
  CHECK(outcome.changed == 1);
  CHECK(outcome.rows_follow);
  CHECK(hospital.period("a") == "AFTERNOON");
  CHECK(hospital.period("b") == "AFTERNOON");
  CHECK(hospital.period("known") == "MORNING");
  CHECK(hospital.compare().differing == 0);
  CHECK(engine::list_texts(hospital.db(), hospital.plan(), hospital.value(), {}).empty());
  texts = engine::list_texts(hospital.db(), hospital.plan(), hospital.value(), {.date = "", .all = true});
  CHECK(texts[0].decided_by == "nurse");
  CHECK(texts[0].reason == "she asked");
  hospital.insert({{"id", "c"}, {"service", "SKIN_CARE"}, {"preferredTime", strange}});
  CHECK(hospital.period("c") == "AFTERNOON");
}

TEST_CASE("a decision that is withdrawn leaves the rows to the reader: provisional again where it cannot read them") {
  Reviewed hospital;
  hospital.decide("AFTERNOON");
  hospital.decide("MORNING", "9:00 AM");
  hospital.decide("AFTERNOON", "9:00 AM");
  CHECK(hospital.period("known") == "AFTERNOON");
  CHECK(hospital.decide("").changed == 1);
  CHECK(hospital.period("a") == "MORNING");
  CHECK(hospital.period("b") == "MORNING");
  CHECK(hospital.decide("", "9:00 AM").changed == 1);
  CHECK(hospital.period("known") == "MORNING");
  CHECK(hospital.compare().differing == 0);
  CHECK(hospital.decide("").unchanged == 1);
  const auto history = journal::decisions_about(hospital.db(), hospital.plan().name, hospital.value().name, "9:00 AM");
  REQUIRE(history.size() == 2);
  CHECK_FALSE(history[0].withdrawn_at.empty());
  CHECK_FALSE(history[1].withdrawn_at.empty());
}

TEST_CASE("what the new application wrote since stands, whatever is decided or withdrawn about the old text") {
  Reviewed hospital;
  hospital.decide("AFTERNOON");
  hospital.update("a", {{"period", "MORNING"}});
  CHECK(hospital.row("a") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
  hospital.insert({{"id", "n"}, {"serviceId", "srv_skin_care"}, {"serviceName", "x"}, {"estimatedDuration", "70"}, {"period", "AFTERNOON"}});
  hospital.decide("");
  CHECK(hospital.period("b") == "MORNING");
  CHECK(hospital.period("a") == "MORNING");
  hospital.decide("AFTERNOON");
  CHECK(hospital.period("a") == "MORNING");
  CHECK(hospital.period("b") == "AFTERNOON");
  hospital.decide("");
  CHECK(hospital.period("n") == "AFTERNOON");
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("a decision is above the plan and above the reader, and stays when the texts are profiled again") {
  Reviewed hospital;
  hospital.decide("MORNING", "9:00 AM");
  hospital.insert({{"id", "lunch"}, {"service", "SKIN_CARE"}, {"preferredTime", "점심"}});
  hospital.absorb();
  CHECK(hospital.period("lunch") == "AFTERNOON");                // the plan says so
  hospital.decide("MORNING", "점심");
  CHECK(hospital.period("lunch") == "MORNING");
  hospital.run("profile");
  CHECK(hospital.count("select count(*) from segue.value_map where raw = '점심' and meaning = 'MORNING'"_sql) == 1);
  hospital.decide("", "점심");
  CHECK(hospital.period("lunch") == "AFTERNOON");
}

TEST_CASE("a meaning the value cannot have, an unknown text and a missing reason are refused together, and nothing is changed") {
  Reviewed hospital;
  const auto wish = [&](int line, const std::string& raw, const std::string& meaning, const std::string& reason) {
    return Wish{"line " + std::to_string(line), {.value = hospital.value().name, .raw = raw, .meaning = meaning, .actor = "nurse", .reason = reason}};
  };
  try {
    engine::decide(hospital.db(), hospital.plan(), hospital.value(),
                   {wish(2, strange, "AFTERNOON", "good"), wish(3, strange, "MORNING", "again"), wish(4, "nobody wrote this", "MORNING", "x"),
                    wish(5, "9:00 AM", "EVENING SECRET", "x"), wish(6, "9:00 AM", "MORNING", ""), wish(7, "9:00 AM", "AFTERNOON", "")});
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    CHECK(error.message() == "line 3: the same text stands in line 2\n  line 4: no row was seen with this text\n"
                             "  line 5: this is no meaning of value \"period_of_day\": it may be MORNING, AFTERNOON\n  line 7: a decision needs a reason");
  }
  CHECK(hospital.count("select count(*) from segue.decisions"_sql) == 0);
  CHECK(hospital.period("a") == "MORNING");
}

TEST_CASE("decisions are audited without the text, and the chain holds") {
  Reviewed hospital;
  hospital.decide("AFTERNOON");
  hospital.decide("");
  CHECK(hospital.count("select count(*) from segue.audit where action in ('text decided', 'decision withdrawn') and actor = 'nurse' and reason = 'she asked'"_sql) == 2);
  CHECK(hospital.count("select count(*) from segue.audit a where a::text like '%band%'"_sql) == 0);
  CHECK(journal::check_audit(hospital.db(), hospital.plan().name).fault.empty());
}

TEST_CASE("a writer that began before a decision and commits after it is followed, too") {
  Reviewed hospital;
  pg::Connection slow(hospital.url());
  pg::Transaction transaction(slow, "begin isolation level repeatable read"_sql);
  slow.run("test.snapshot", "select count(*) from reservations"_sql);
  hospital.decide("AFTERNOON");
  Hospital::insert(slow, {{"id", "late"}, {"service", "SKIN_CARE"}, {"preferredTime", strange}});
  transaction.commit();
  CHECK(hospital.period("late") == "MORNING");                   // by the meaning its snapshot saw
  CHECK(hospital.queued() == 1);
  hospital.absorb();
  CHECK(hospital.period("late") == "AFTERNOON");
  CHECK(hospital.queued() == 0);
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("before dual write a decision is kept, and the backfill follows it") {
  Hospital hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", strange}});
  const auto& value = hospital.plan().values.front();
  CHECK(engine::list_texts(hospital.db(), hospital.plan(), value, {}).empty());
  CHECK_THROWS_WITH_AS(engine::find_text(hospital.db(), hospital.plan(), value, strange), "there is nothing to review yet: no text was read", Error);
  hospital.run("profile");
  const auto outcome = engine::decide(hospital.db(), hospital.plan(), value, {{"", {.value = value.name, .raw = strange, .meaning = "AFTERNOON", .actor = "nurse", .reason = "asked"}}});
  CHECK_FALSE(outcome.rows_follow);
  hospital.run("sync");
  hospital.run("backfill");
  CHECK(hospital.row("a") == "SKIN_CARE|when the band stops|srv_skin_care|70|AFTERNOON");
}

TEST_CASE("a withdrawal whose rows could not be empty is refused before anything is changed") {
  Reviewed hospital;
  auto plan = hospital.plan();
  plan.values.front().live.reset();
  const auto& value = plan.values.front();
  const auto decide = [&](const std::string& meaning) {
    return engine::decide(hospital.db(), plan, value, {{"", {.value = value.name, .raw = strange, .meaning = meaning, .actor = "nurse", .reason = "asked"}}});
  };
  decide("AFTERNOON");
  hospital.db().run("test.require", "alter table reservations alter column period set not null"_sql);
  CHECK_THROWS_WITH_AS(decide(""), doctest::Contains("the database refuses the row without this decision"), Error);
  CHECK(hospital.period("a") == "AFTERNOON");
  CHECK(hospital.count(R"(select count(*) from segue.decisions where "withdrawnAt" is null)"_sql) == 1);
}

TEST_CASE("texts of ten kilobytes, of one letter or of random ones, fail no write and no reading") {
  Reviewed hospital;
  std::string random;
  for (std::uint64_t i = 0, x = 1; i < 10'000; ++i) random += static_cast<char>('!' + ((x = x * 6364136223846793005ULL + 1442695040888963407ULL) >> 40) % 90);
  hospital.insert({{"id", "long"}, {"service", "SKIN_CARE"}, {"preferredTime", random}});
  hospital.insert({{"id", "run"}, {"service", "SKIN_CARE"}, {"preferredTime", std::string(10'000, '9')}});
  CHECK(hospital.absorb() == 2);
  CHECK(hospital.period("long") == "MORNING");
  hospital.decide("AFTERNOON", random);
  CHECK(hospital.period("long") == "AFTERNOON");
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("a row is found by its key, under another key too, and not missed among many") {
  Reviewed hospital;
  hospital.insert({{"id", "x"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  hospital.db().run("test.key", "update reservations set id = 'y' where id = 'x'"_sql);
  hospital.insert({{"id", "z"}, {"service", "SKIN_CARE"}, {"preferredTime", "4:01 PM"}});
  CHECK(hospital.absorb() == 2);
  CHECK(hospital.period("y") == "AFTERNOON");
  CHECK(hospital.period("z") == "AFTERNOON");
  hospital.db().run("test.many", R"(insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "preferredDate", "updatedAt", service, "preferredTime")
    select 'm' || i, 'p', '0', '1990-01-01', 'FEMALE', 'FIRST_VISIT', '2026-05-04', now(), 'SKIN_CARE', '5:' || lpad((i % 60)::text, 2, '0') || ' PM' from generate_series(1, 1200) i)"_sql);
  CHECK(hospital.absorb() == 60);
  CHECK(hospital.count("select count(*) from reservations where id like 'm%' and period = 'AFTERNOON'"_sql) == 1200);
}

namespace {

// So many rows hold the text that they are written in several ranges.
void insert_many(Hospital& hospital) {
  hospital.db().run("test.many", R"sql(
    insert into reservations select (jsonb_populate_record(r, jsonb_build_object('id', 'many ' || i))).* from reservations r, generate_series(1, 21000) i
    where r.id = 'a')sql"_sql);
}

bool is_audited(pg::Connection& db, const std::string& action) {
  return db.run("test.audit", "select exists (select 1 from segue.audit where action = $1)"_sql, {action}).boolean();
}

}  // namespace

TEST_CASE("the rows of a decision stand still while a budget is spent, hold nothing meanwhile, and go on") {
  Reviewed hospital;
  insert_many(hospital);
  auto plan = hospital.plan();
  plan.limits.slot_backlog = 1;
  auto& db = hospital.db();
  db.run("test.slot", "select pg_create_physical_replication_slot('nobody_reads', true)"_sql);
  engine::Outcome outcome;
  std::thread nurse([&] {
    pg::Connection mine(hospital.url());
    outcome = engine::decide(mine, plan, hospital.value(), {{"", {.value = hospital.value().name, .raw = strange, .meaning = "AFTERNOON", .actor = "nurse", .reason = "she asked"}}});
  });
  constexpr int give_up = 3000;                                  // a minute: then something is wrong, not slow
  for (int i = 0; i < give_up && !is_audited(db, "paused: rows of value " + hospital.value().name); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto left = hospital.count("select count(*) from reservations where \"preferredTime\" = $1 and period = 'MORNING'"_sql, {strange});
  const auto held = hospital.count("select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_xid is not null"_sql);
  db.run("test.slot", "select pg_drop_replication_slot('nobody_reads')"_sql);
  nurse.join();
  CHECK(left > 0);
  CHECK(left < 21000);
  CHECK(held == 0);
  CHECK(outcome.changed == 1);
  CHECK(hospital.compare().differing == 0);
  CHECK(hospital.count("select count(*) from reservations where \"preferredTime\" = $1 and period <> 'AFTERNOON'"_sql, {strange}) == 0);
  CHECK(hospital.queued() == 0);
  CHECK(is_audited(db, "went on: rows of value " + hospital.value().name));
}
