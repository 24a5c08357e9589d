// What the triggers of dual write do to one row.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

// Dual write is on, and the texts "9:00 AM", "3:00 PM" and "10:30" are in the value map.
struct Synced : Hospital {
  Synced() {
    for (const char* text : {"9:00 AM", "3:00 PM", "10:30"})
      insert({{"id", std::string("known ") + text}, {"service", "BODY_CARE"}, {"preferredTime", text}});
    run("profile");
    run("sync");
  }
  std::int64_t seen() { return count("select count(*) from segue.value_seen"_sql); }
};

const tests::Fields skin_at_nine = {{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}};

}  // namespace

TEST_CASE("an old-style insert gets its new side") {
  Synced hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}});
  CHECK(hospital.row("a") == "SKIN_CARE|3:00 PM|srv_skin_care|70|AFTERNOON");
  CHECK(hospital.repairs("a").empty());
  CHECK(hospital.seen() == 0);
}

TEST_CASE("a new-style insert gets its old side") {
  Synced hospital;
  hospital.insert({{"id", "a"}, {"serviceId", "srv_skin_care"}, {"serviceName", "피부케어"}, {"estimatedDuration", "70"}, {"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "SKIN_CARE|14:00|srv_skin_care|70|AFTERNOON");
  CHECK(hospital.repairs("a").empty());
  CHECK(hospital.seen() == 1);                                   // "14:00" is a text the map has to learn
}

TEST_CASE("an insert of both sides that agree is taken as it is") {
  Synced hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}, {"serviceId", "srv_skin_care"}, {"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "SKIN_CARE|3:00 PM|srv_skin_care|-|AFTERNOON");
  CHECK(hospital.repairs("a").empty());
}

TEST_CASE("an insert of both sides that disagree keeps both and records a conflict") {
  Synced hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:00 PM"}, {"serviceId", "srv_body_care"}, {"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "SKIN_CARE|3:00 PM|srv_body_care|-|AFTERNOON");
  CHECK(hospital.repairs("a") == "both: both sides were written and disagree");
}

TEST_CASE("an insert of neither side is refused as the old schema always did") {
  Synced hospital;
  CHECK_THROWS_AS(hospital.insert({{"id", "a"}}), Error);
  CHECK(hospital.row("a") == "no row");
  CHECK(hospital.count("select count(*) from segue.repairs"_sql) == 0);
}

TEST_CASE("an update of an old column changes only what depends on it") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.update("a", {{"service", "BODY_CARE"}});
  CHECK(hospital.row("a") == "BODY_CARE|9:00 AM|srv_body_care|60|MORNING");
  hospital.update("a", {{"preferredTime", "3:00 PM"}});
  CHECK(hospital.row("a") == "BODY_CARE|3:00 PM|srv_body_care|60|AFTERNOON");
}

TEST_CASE("a change of the service by its new column keeps the patient's own words for the time") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.update("a", {{"serviceId", "srv_body_care"}, {"serviceName", "바디케어"}, {"estimatedDuration", "60"}});
  CHECK(hospital.row("a") == "BODY_CARE|9:00 AM|srv_body_care|60|MORNING");
}

TEST_CASE("a change of the period writes a time of that period") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.update("a", {{"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "SKIN_CARE|14:00|srv_skin_care|70|AFTERNOON");
  hospital.update("a", {{"period", "MORNING"}});
  CHECK(hospital.row("a") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
}

TEST_CASE("an update of both sides that disagree keeps both and records a conflict") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.update("a", {{"preferredTime", "10:30"}, {"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "SKIN_CARE|10:30|srv_skin_care|70|AFTERNOON");
  CHECK(hospital.repairs("a") == "both: both sides were written and disagree");
}

TEST_CASE("an update of both sides that agree leaves no repair") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.update("a", {{"service", "BODY_CARE"}, {"preferredTime", "3:00 PM"}, {"serviceId", "srv_body_care"}, {"period", "AFTERNOON"}});
  CHECK(hospital.row("a") == "BODY_CARE|3:00 PM|srv_body_care|70|AFTERNOON");
  CHECK(hospital.repairs("a").empty());
}

TEST_CASE("an update of an unrelated column recomputes nothing") {
  Synced hospital;
  hospital.insert(skin_at_nine);
  hospital.db().run("test.rename", R"(update services set name = 'renamed', "durationMinutes" = 500 where code = 'SKIN_CARE')"_sql);
  hospital.update("a", {{"status", "CONFIRMED"}, {"notes", "called back"}});
  CHECK(hospital.row("a") == "SKIN_CARE|9:00 AM|srv_skin_care|70|MORNING");
  CHECK(hospital.count(R"(select count(*) from reservations where "serviceName" = '피부케어')"_sql) == 1);
}

TEST_CASE("a service that is renamed or lengthened later leaves bookings as they were told, and agrees") {
  Synced hospital;
  hospital.run("backfill");
  hospital.insert(skin_at_nine);
  hospital.db().run("test.rename", R"(update services set name = 'renamed', "durationMinutes" = 500 where code = 'SKIN_CARE')"_sql);
  hospital.update("a", {{"preferredTime", "3:00 PM"}});
  CHECK(hospital.row("a") == "SKIN_CARE|3:00 PM|srv_skin_care|70|AFTERNOON");
  const auto comparison = hospital.compare();
  CHECK(comparison.rows == 4);
  CHECK(comparison.differing == 0);
}

TEST_CASE("a row that the backfill has not reached follows a new-style update, and gets the rest of its new side") {
  Hospital hospital;
  hospital.insert(skin_at_nine);
  hospital.run("profile");
  hospital.run("sync");
  REQUIRE(hospital.row("a") == "SKIN_CARE|9:00 AM|-|-|-");
  SUBCASE("another period") {
    hospital.update("a", {{"period", "AFTERNOON"}});
    CHECK(hospital.row("a") == "SKIN_CARE|14:00|srv_skin_care|70|AFTERNOON");
  }
  SUBCASE("the period it has anyway") {
    hospital.update("a", {{"period", "MORNING"}});
    CHECK(hospital.row("a") == "SKIN_CARE|9:00 AM|srv_skin_care|70|MORNING");
  }
  SUBCASE("another service") {
    hospital.update("a", {{"serviceId", "srv_body_care"}, {"serviceName", "바디케어"}, {"estimatedDuration", "60"}});
    CHECK(hospital.row("a") == "BODY_CARE|9:00 AM|srv_body_care|60|MORNING");
  }
  SUBCASE("an old-style update") {
    hospital.update("a", {{"service", "BODY_CARE"}});
    CHECK(hospital.row("a") == "BODY_CARE|9:00 AM|srv_body_care|60|MORNING");
  }
  const auto written = hospital.row("a");
  hospital.run("backfill");
  CHECK(hospital.row("a") == written);
  hospital.absorb();
  CHECK(hospital.compare().differing == 0);
  CHECK(hospital.repairs("a").empty());
}

TEST_CASE("a computation that raises never fails the application's write: the rest is computed and the row is named for repair") {
  Synced hospital;
  hospital.db().run("test.overflow", R"(update services set "durationMinutes" = 2147483647 where code = 'SKIN_CARE')"_sql);
  hospital.insert(skin_at_nine);
  CHECK(hospital.row("a") == "SKIN_CARE|9:00 AM|srv_skin_care|-|MORNING");
  CHECK(hospital.repairs("a") == "new: 22003");
}

TEST_CASE("a booking of a service the old model does not know gets the stand-in, and is named for repair") {
  Synced hospital;
  hospital.db().run("test.add", "insert into services (id, code, name) values ('srv_laser', 'LASER', 'laser')"_sql);
  hospital.insert({{"id", "a"}, {"serviceId", "srv_laser"}, {"serviceName", "laser"}, {"estimatedDuration", "40"}, {"period", "MORNING"}});
  CHECK(hospital.row("a") == "OTHER_CONSULTATION|09:00|srv_laser|40|MORNING");
  CHECK(hospital.repairs("a") == "old: no value: stand-in used");
  hospital.update("a", {{"preferredTime", "3:00 PM"}});          // the old application moves it: the new service stays
  CHECK(hospital.row("a") == "OTHER_CONSULTATION|3:00 PM|srv_laser|40|AFTERNOON");
}

TEST_CASE("a text the map does not know is queued once a row, gets the provisional period, and its meaning once it is read") {
  Synced hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  hospital.insert({{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", "whenever my dog sleeps"}});
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|MORNING");
  CHECK(hospital.seen() == 2);
  hospital.update("a", {{"service", "BODY_CARE"}});
  CHECK(hospital.absorb() == 2);
  CHECK(hospital.row("a") == "BODY_CARE|3:47 PM|srv_body_care|60|AFTERNOON");
  CHECK(hospital.row("b") == "SKIN_CARE|whenever my dog sleeps|srv_skin_care|70|MORNING");
  CHECK(hospital.seen() == 0);
}

TEST_CASE("the repair queue holds keys and classes of reasons, never what patients wrote") {
  Synced hospital;
  hospital.db().run("test.overflow", R"(update services set "durationMinutes" = 2147483647 where code = 'SKIN_CARE')"_sql);
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "unreadable secret"}, {"notes", "secret"}});
  hospital.insert({{"id", "b"}, {"service", "BODY_CARE"}, {"preferredTime", "another secret"}, {"period", "AFTERNOON"}});
  REQUIRE(hospital.count("select count(*) from segue.repairs"_sql) == 2);
  CHECK(hospital.count("select count(*) from segue.repairs r where r::text like '%secret%'"_sql) == 0);
}

TEST_CASE("one write is one call of the trigger's function: the sides cannot chase each other") {
  Synced hospital;
  auto& db = hospital.db();
  db.run("test.track", "set track_functions = 'all'"_sql);
  // The view counts until the server next reports, which it never does inside a transaction.
  const auto calls = [&] { return hospital.count("select coalesce(sum(calls), 0) from pg_stat_xact_user_functions where schemaname = 'segue' and funcname <> 'announce_work'"_sql); };
  const auto calls_of = [&](const tests::Fields& fields) {
    pg::Transaction transaction(db);
    const auto before = calls();
    hospital.update("known 10:30", fields);
    return calls() - before;
  };
  CHECK(calls_of({{"period", "AFTERNOON"}}) == 1);
  CHECK(calls_of({{"serviceId", "srv_skin_care"}, {"period", "AFTERNOON"}}) == 1);
  CHECK(calls_of({{"service", "SKIN_CARE"}}) == 1);
  CHECK(calls_of({{"status", "CONFIRMED"}}) == 0);
}
