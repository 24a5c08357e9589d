#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "embedded/old_schema_sql.hpp"
#include "pg/connection.hpp"
#include "support/database.hpp"
#include "traffic/audit_read.hpp"

using namespace segue;
using namespace segue::traffic;

namespace {

// 2026-04-01 is a Wednesday. Six body cares of 60 minutes: five a day by the old rule, three a morning by the new.
const std::string day = "2026-04-01";

class Hospital {
 public:
  Hospital() : db(tests::fresh_database()) {
    db.run_script("test.schema", sql::Sql::from_plan(std::string(embedded::old_schema_sql())));
    // Here rows change behind everybody's back: what keeps count in the schema itself would follow them, so it is taken away.
    db.run_script("test.no_ledger", R"(
      do $$ declare trigger name; begin
        for trigger in select tgname from pg_trigger where tgrelid = 'reservations'::regclass and not tgisinternal loop
          execute format('drop trigger %I on reservations', trigger);
        end loop;
      end $$;
      drop table if exists booked_per_day)"_sql);
    record.lines = 1;
    record.first = decltype(record.first)(std::chrono::sys_days(std::chrono::year(2026) / 3 / 17));
  }
  void expand() {
    db.run_script("test.expand", R"(
      create type "Period" as enum ('MORNING', 'AFTERNOON');
      create table services (id text primary key, code text not null unique);
      insert into services values ('srv_body', 'BODY_CARE'), ('srv_skin', 'SKIN_CARE');
      create table clinic_time_slots ("dayOfWeek" integer, period "Period", "totalMinutes" integer, "isActive" boolean default true);
      insert into clinic_time_slots values (3, 'MORNING', 180), (3, 'AFTERNOON', 240);
      alter table reservations add "serviceId" text, add period "Period", add "estimatedDuration" integer;
      update reservations set "serviceId" = 'srv_body', period = 'MORNING', "estimatedDuration" = 60)"_sql);
    expanded = true;
  }
  // A row, and unless `variant` is empty the patient's knowledge of it.
  void book(const std::string& id, const std::string& variant, const std::string& status = "PENDING") {
    db.run("test.book",
           R"(insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate",
                "preferredTime", status, "createdAt", "updatedAt")
              values ($1, 'nobody', '0', '2000-01-01', 'OTHER', 'FOLLOW_UP', 'BODY_CARE', $2, '09:00', $3::"ReservationStatus",
                timestamp '2026-03-17 10:00' + $4::integer * interval '1 second', now()))"_sql, {id, day, status, ++second});
    if (expanded)
      db.run("test.fill", R"(update reservations set "serviceId" = 'srv_body', period = 'MORNING', "estimatedDuration" = 60
                              where id = $1)"_sql, {id});
    if (!variant.empty()) know(id, variant, status);
  }
  void know(const std::string& id, const std::string& variant, const std::string& status) {
    Booking booking;
    booking.key = "key-of-" + id;
    booking.asked = {day, "BODY_CARE", "new", "MORNING"};
    booking.told = {id, variant, status, day, "", "", 0, false};
    if (variant == "old") booking.told.time = "09:00";
    else booking.told.period = "MORNING", booking.told.minutes = 60;
    booking.status = status;
    record.bookings[id] = booking;
  }
  // An intent of the first second: without an answer, or the second try of the booking `id`.
  void intent(Intent::Outcome outcome, const std::string& id = "") {
    auto& intent = record.intents["key-of-" + id];
    intent.outcome = outcome;
    intent.asked = {day, "BODY_CARE", "new", "MORNING"};
    intent.asked_at = record.first;
    intent.ended_at = record.first + std::chrono::hours(24);
    intent.id = id;
    intent.tries = 2;
  }
  void change(const std::string& statement) { db.run_script("test.change", sql::Sql::from_plan(statement)); }
  AuditReport judge() { return audit(record, read_clinic(db, record)); }
  // The only difference there is.
  Difference only() {
    const auto report = judge();
    REQUIRE(report.differences.size() == 1);
    return report.differences.front();
  }

  pg::Connection db;
  Record record;
  bool expanded = false;
  int second = 0;
};

}  // namespace

TEST_CASE("the audit finds nothing where every patient was told the truth, before expand and after it") {
  Hospital hospital;
  hospital.book("a", "old");
  hospital.book("b", "old", "CANCELLED");
  CHECK(hospital.judge().differences.empty());
  hospital.expand();
  hospital.book("c", "new", "CONFIRMED");
  const auto report = hospital.judge();
  CHECK(report.differences.empty());
  CHECK(report.not_checkable.empty());
  CHECK(report.acknowledged == 3);
  CHECK(report.by_old == 2);
  CHECK(report.active == 2);
}

TEST_CASE("an acknowledged booking that is gone is reported by its id") {
  Hospital hospital;
  hospital.book("kept", "old");
  hospital.book("gone", "old");
  hospital.db.run("test.delete", "delete from reservations where id = 'gone'"_sql);
  CHECK(hospital.only().kind == Kind::missing);
  CHECK(hospital.only().id == "gone");
}

TEST_CASE("a cancelled booking that is pending again is reported") {
  Hospital hospital;
  hospital.book("a", "old", "CANCELLED");
  hospital.db.run("test.revive", "update reservations set status = 'PENDING'"_sql);
  CHECK(hospital.only().kind == Kind::wrong_status);
  CHECK(hospital.only().detail == "told CANCELLED, found PENDING");
}

TEST_CASE("a status that somebody else has set is reported, one whose answer was lost is not") {
  Hospital hospital;
  hospital.book("a", "old");
  hospital.change("update reservations set status = 'CANCELLED'");
  CHECK(hospital.only().kind == Kind::wrong_status);
  hospital.record.bookings["a"].unsure = {"CANCELLED"};
  CHECK(hospital.judge().differences.empty());
}

TEST_CASE("whatever part of a booking is not what was asked for and told is reported") {
  const auto altered = [](const std::string& variant, const std::string& statement) {
    Hospital hospital;
    hospital.expand();
    hospital.book("a", variant);
    CHECK(hospital.judge().differences.empty());
    hospital.change(statement);
    CHECK_MESSAGE(hospital.judge().count(Kind::altered) == 1, statement);
    CHECK(hospital.only().id == "a");
    return hospital.only().detail;
  };
  CHECK(altered("old", R"(update reservations set "preferredDate" = '2026-04-02')") ==
        "asked for 2026-04-01 BODY_CARE, found 2026-04-02 BODY_CARE");
  CHECK(altered("old", "update reservations set service = 'SKIN_CARE'") == "asked for 2026-04-01 BODY_CARE, found 2026-04-01 SKIN_CARE");
  CHECK(altered("old", "update reservations set period = 'AFTERNOON'") == "told MORNING, found AFTERNOON");
  CHECK(altered("new", R"(update reservations set "estimatedDuration" = 30)") == "told 60 minutes, found 30");
  // The wish for a time is compared and never told.
  CHECK(altered("old", R"(update reservations set "preferredTime" = 'somebody''s wish')").find("somebody") == std::string::npos);
  CHECK(altered("old", R"(update reservations set "preferredTime" = '10:00'; alter table reservations rename "preferredTime" to
                          "preferredTime__retired")") == "told another preferred time than the one that is stored");
  CHECK(altered("new", R"(alter table reservations drop service, drop "preferredTime"; update reservations set "serviceId" = 'srv_skin')") ==
        "asked for 2026-04-01 BODY_CARE, found 2026-04-01 SKIN_CARE");
}

TEST_CASE("a row that nobody asked for is reported, unless an answer was lost") {
  Hospital hospital;
  hospital.book("a", "old");
  hospital.book("ghost", "");
  CHECK(hospital.only().kind == Kind::unasked);
  CHECK(hospital.only().id == "ghost");
  hospital.intent(Intent::Outcome::lost);
  CHECK(hospital.judge().differences.empty());
  CHECK(hospital.judge().excused == 1);
  hospital.record.intents.clear();
  // Rows of any day count, but only those of the time of the run.
  hospital.change(R"(update reservations set "createdAt" = '2026-03-16 23:59:59.999' where id = 'ghost')");
  CHECK(hospital.judge().differences.empty());
}

TEST_CASE("two rows for one intent are reported") {
  Hospital hospital;
  hospital.book("first-try", "");
  hospital.book("second-try", "old");
  hospital.intent(Intent::Outcome::booked, "second-try");
  CHECK(hospital.only().kind == Kind::doubled);
  CHECK(hospital.only().id == "first-try");
  CHECK(hospital.only().detail.find("key-of-second-try") != std::string::npos);
}

TEST_CASE("the tables that keep count are compared with the reservations, each where its model serves") {
  Hospital hospital;
  hospital.expand();
  hospital.change(R"(
    create table booked_per_day ("preferredDate" date, service "ServiceType", bookings integer);
    create table booked_per_period ("preferredDate" date, period "Period", minutes integer))");
  hospital.book("a", "old");
  hospital.book("b", "new");
  hospital.book("c", "new", "CANCELLED");
  CHECK(hospital.judge().differences.empty());                   // no row: not known, which is no difference
  hospital.change(R"(
    insert into booked_per_day values ('2026-04-01', 'BODY_CARE', 2), ('2026-04-01', 'SKIN_CARE', 0), ('2026-04-02', 'BODY_CARE', null);
    insert into booked_per_period values ('2026-04-01', 'MORNING', 120), ('2026-04-01', 'AFTERNOON', 0), ('2026-04-02', 'MORNING', null))");
  CHECK(hospital.judge().differences.empty());
  hospital.change("update booked_per_day set bookings = 3 where bookings = 2");
  CHECK(hospital.only().kind == Kind::day_ledger);
  CHECK(hospital.only().id == "2026-04-01 BODY_CARE");
  CHECK(hospital.only().detail == "booked_per_day says 3, there are 2");
  hospital.change("update booked_per_day set bookings = 2 where bookings = 3; update booked_per_period set minutes = 60 where minutes = 0");
  CHECK(hospital.only().kind == Kind::period_ledger);
  CHECK(hospital.only().id == "2026-04-01 AFTERNOON");
  CHECK(hospital.only().detail == "booked_per_period says 60 minutes, there are 0");
  hospital.change("update booked_per_period set minutes = 0 where minutes = 60; delete from booked_per_day; "
                  "insert into booked_per_day values ('2026-04-01', 'BODY_CARE', 9); alter table reservations rename service to service__retired");
  CHECK(hospital.judge().differences.empty());                   // the old model does not serve
}

TEST_CASE("one booking too many by the daily limit is reported, in every form the limits may have") {
  Hospital hospital;
  hospital.expand();
  for (int i = 0; i < 6; ++i) hospital.book(fmt::format("b{}", i), "old");
  const auto expect_two = [&](const char* phase) {
    const auto report = hospital.judge();
    CHECK_MESSAGE(report.count(Kind::over_count) == 1, phase);
    CHECK_MESSAGE(report.count(Kind::path_over_count) == 1, phase);
    CHECK_MESSAGE(report.differences.size() == 2, phase);
    CHECK(report.differences.front().id == "b5");
  };
  expect_two("old columns");
  hospital.db.run_script("test.retire", R"(
    drop function booked_per_day_change() cascade;
    alter table reservations rename service to service__retired;
    alter table service_reservation_limits rename to service_reservation_limits__retired)"_sql);
  expect_two("retired");
  hospital.db.run_script("test.archive", R"(
    create schema segue_archive;
    create table segue_archive.contract_service_reservation_limits as
      select array[id] as key, to_jsonb(t) as old from service_reservation_limits__retired t;
    alter table reservations drop service__retired;
    drop table service_reservation_limits__retired)"_sql);
  expect_two("archived");
  hospital.db.run_script("test.forget", "drop schema segue_archive cascade"_sql);
  const auto report = hospital.judge();
  CHECK(report.differences.empty());
  CHECK(report.not_checkable.size() == 1);
}

TEST_CASE("one booking too many by the minutes of a period is reported, and only the one") {
  Hospital hospital;
  hospital.expand();
  hospital.book("by-the-old-path", "old");
  for (int i = 0; i < 3; ++i) hospital.book(fmt::format("b{}", i), "new");
  const auto difference = hospital.only();
  CHECK(difference.kind == Kind::over_minutes);
  CHECK(difference.id == "b2");
  CHECK(difference.detail.find("180 minutes before it and 60 of its own, the period has 180") != std::string::npos);
}

TEST_CASE("the rollback to the old columns leaves nothing to compare but them") {
  Hospital hospital;
  hospital.expand();
  hospital.book("a", "new");
  hospital.change(R"(alter table reservations drop "serviceId", drop period, drop "estimatedDuration";
                     drop table services; drop table clinic_time_slots)");
  auto report = hospital.judge();
  CHECK(report.differences.empty());
  CHECK(report.not_checkable.size() == 1);                       // the minutes of what the new path had accepted
  hospital.change("update reservations set service = 'SKIN_CARE'");
  CHECK(hospital.only().kind == Kind::altered);
}

TEST_CASE("the audit writes nothing and needs no right but to read") {
  Hospital hospital;
  hospital.book("a", "old");
  hospital.db.run_script("test.role", "create role traffic_reader; grant select on all tables in schema public to traffic_reader"_sql);
  hospital.db.run_script("test.become", "set role traffic_reader"_sql);
  CHECK(hospital.judge().differences.empty());
  hospital.db.run_script("test.back", "reset role; drop owned by traffic_reader; drop role traffic_reader"_sql);
}

TEST_CASE("a database without the table is a clear error") {
  pg::Connection db(tests::fresh_database());
  CHECK_THROWS_WITH_AS(read_clinic(db, Record{}), "the database has no table \"reservations\"", segue::Error);
}
