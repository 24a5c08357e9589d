// A backfill among writers, one situation at a time; all of them at once are in backfill_property_test.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <exception>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

// `rows` reservations "r00001"... (or 1... where the key is a number) of the old application, all at "3:00 PM".
void fill(Hospital& hospital, int rows, const sql::Sql& key = "'r' || lpad(i::text, 5, '0')"_sql) {
  hospital.db().run("test.fill", sql::build(R"sql(
    insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
    select {}, 'p', '0', '1990-01-01', 'MALE', 'FOLLOW_UP', 'SKIN_CARE', '2026-05-04', '3:00 PM', '2026-05-01'
    from generate_series(1, $1::integer) i)sql"_sql, key), {rows});
  hospital.db().run("test.analyze", "analyze reservations"_sql);
}

void wait_until(pg::Connection& db, const sql::Sql& question) {
  while (!db.run("test.wait", question).boolean()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

constexpr auto somebody_waits = R"sql(select exists (select 1 from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and application_name = 'waiting'))sql";

// Runs `statement` in a session that waits for a row of `writer`'s transaction, which commits when it does.
void run_behind(Hospital& hospital, pg::Transaction& writer, const sql::Sql& statement, const pg::Params& params) {
  std::exception_ptr error;
  std::thread thread([&] {
    try {
      pg::Connection waiting(hospital.url(), {.application_name = "waiting"});
      steps::prepare_writer(waiting, hospital.plan());
      waiting.run("test.behind", statement, params);
    } catch (...) {
      error = std::current_exception();
    }
  });
  wait_until(hospital.db(), sql::Sql::from_plan(somebody_waits));
  writer.commit();
  thread.join();
  if (error) std::rethrow_exception(error);
}

}  // namespace

TEST_CASE("a text that came between the profile and dual write is read before its row gets a meaning") {
  Hospital hospital;
  hospital.run("profile");
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  hospital.run("sync");
  hospital.run("backfill");
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|AFTERNOON");
}

TEST_CASE("a new-style write to a row without a new side stands, although nobody has read the row's text yet") {
  Hospital hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  hospital.run("sync");
  hospital.update("a", {{"period", "MORNING"}});
  hospital.absorb();
  CHECK(hospital.row("a") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
  hospital.run("backfill");
  CHECK(hospital.row("a") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
}

TEST_CASE("rows that are deleted between the visits of a stretch make no visit leave rows out") {
  Hospital hospital("alter table reservations alter column id type bigint using 0"_sql);
  fill(hospital, 12'000, "i"_sql);
  hospital.run("profile");
  hospital.run("sync");
  REQUIRE(hospital.mapping().key_correlation > 0.9);
  // After the first of eight visits to the first stretch, half of it goes away.
  hospital.db().run_script("test.delete_between", R"sql(
    create function delete_some() returns trigger language plpgsql as $$
    begin
      if new.visit = 1 then delete from public.reservations where id <= 2000; end if;
      return null;
    end $$;
    create trigger between_visits after update on segue.cursors for each row execute function delete_some())sql"_sql);
  hospital.run("backfill");
  const auto comparison = hospital.compare();
  CHECK(comparison.rows == 10'000);
  CHECK(comparison.differing == 0);
  CHECK(comparison.incomplete == 0);
}

TEST_CASE("a writer that comes first with one column leaves the others to the batch that waited for its row") {
  Hospital hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}});
  hospital.run("profile");
  hospital.run("sync");
  hospital.run("backfill");
  // As after a rollback and a second run: the new side is there, and old by now.
  hospital.db().run_script("test.stale", R"(alter table reservations disable trigger user;
    update reservations set "serviceId" = 'srv_body_care', period = 'MORNING'; alter table reservations enable trigger user)"_sql);
  pg::Connection application(hospital.url());
  pg::Transaction writing(application);
  Hospital::update(application, "a", {{"service", "REMOVAL_PROCEDURE"}});
  run_behind(hospital, writing, mapping::backfill_batch(hospital.mapping(), {}), {nullptr, nullptr});
  CHECK(hospital.row("a") == "REMOVAL_PROCEDURE|3:00 PM|srv_removal_procedure|50|AFTERNOON");
}

TEST_CASE("a batch that waited for a row leaves alone what a new-style writer put there") {
  Hospital hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}});
  hospital.run("profile");
  hospital.run("sync");
  pg::Connection application(hospital.url());
  pg::Transaction writing(application);
  Hospital::update(application, "a", {{"serviceId", "srv_body_care"}, {"period", "MORNING"}});
  run_behind(hospital, writing, mapping::backfill_batch(hospital.mapping(), {}), {nullptr, nullptr});
  CHECK(hospital.row("a") == "BODY_CARE|09:00|srv_body_care|70|MORNING");
}

TEST_CASE("reading new texts that is cut off before its rows are right begins again with the same texts") {
  Hospital hospital;
  hospital.run("sync");
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  {
    pg::Connection somebody(hospital.url());
    pg::Transaction holding(somebody);
    somebody.run("test.hold", "select 1 from reservations where id = 'a' for update"_sql);
    std::thread killer([&] {
      pg::Connection db(hospital.url());
      wait_until(db, "select count(*) > 0 from segue.value_map"_sql);
      wait_until(db, "select count(pg_terminate_backend(pid)) > 0 from pg_stat_activity where datname = current_database() and application_name like 'segue/heal/%'"_sql);
    });
    CHECK_THROWS_AS(hospital.absorb(), Error);
    killer.join();
  }
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|MORNING");
  CHECK(hospital.absorb() == 1);
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|AFTERNOON");
}

TEST_CASE("the comparison names exactly the row whose new side was changed behind the triggers' back") {
  Hospital hospital;
  fill(hospital, 500);
  hospital.run("profile");
  hospital.run("sync");
  hospital.run("backfill");
  REQUIRE(hospital.compare().differing == 0);
  auto& db = hospital.db();
  db.run("test.off", "alter table reservations disable trigger user"_sql);
  SUBCASE("another service") { db.run("test.corrupt", R"(update reservations set "serviceId" = 'srv_body_care' where id = 'r00123')"_sql); }
  SUBCASE("another period") { db.run("test.corrupt", R"(update reservations set period = 'MORNING' where id = 'r00123')"_sql); }
  SUBCASE("no period") { db.run("test.corrupt", R"(update reservations set period = null where id = 'r00123')"_sql); }
  SUBCASE("no snapshot") { db.run("test.corrupt", R"(update reservations set "serviceName" = null where id = 'r00123')"_sql); }
  SUBCASE("another old side") { db.run("test.corrupt", R"(update reservations set service = 'BODY_CARE' where id = 'r00123')"_sql); }
  db.run("test.on", "alter table reservations enable trigger user"_sql);
  const auto comparison = hospital.compare();
  CHECK(comparison.rows == 500);
  CHECK(comparison.differing == 1);
  CHECK(comparison.keys == std::vector<std::string>{R"(["r00123"])"});
  CHECK_THROWS_WITH_AS(hospital.run("verify"), doctest::Contains("old and new disagree in 1 of 500 rows"), Error);
}

TEST_CASE("writes that come after a trigger was lost are found") {
  Hospital hospital;
  fill(hospital, 50);
  hospital.run("profile");
  hospital.run("sync");
  hospital.run("backfill");
  const auto mapping = hospital.mapping();
  auto& db = hospital.db();
  SUBCASE("of inserts") {
    db.run("test.lose", sql::build("drop trigger {} on reservations"_sql, sql::Ident{mapping::trigger_name(mapping, "insert")}));
    hospital.insert({{"id", "late"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}});
    CHECK(hospital.compare().keys == std::vector<std::string>{R"(["late"])"});
    CHECK(hospital.compare().incomplete == 1);
  }
  SUBCASE("of updates") {
    db.run("test.lose", sql::build("drop trigger {} on reservations"_sql, sql::Ident{mapping::trigger_name(mapping, "update")}));
    hospital.update("r00007", {{"service", "BODY_CARE"}});
    hospital.update("r00008", {{"status", "CONFIRMED"}});
    CHECK(hospital.compare().keys == std::vector<std::string>{R"(["r00007"])"});
    CHECK(hospital.compare().incomplete == 0);
  }
}
