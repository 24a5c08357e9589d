// A row that gets another key while segue knows it by the old one.
#include <doctest/doctest.h>

#include "support/clinics.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

const tests::Fields skin_at_nine{{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}};

std::string snapshot_of(Hospital& hospital, const std::string& id) {
  return hospital.db().run("test.snapshot", R"(select "serviceName" from reservations where id = $1)"_sql, {id}).text();
}

// The old row, dual write, no backfill yet.
void begin(Hospital& hospital) {
  hospital.insert(skin_at_nine);
  hospital.insert({{"id", "known"}, {"service", "BODY_CARE"}, {"preferredTime", "3:00 PM"}});
  hospital.run("profile");
  hospital.run("sync");
}

}  // namespace

TEST_CASE("a row that gets another key before the backfill reached it is filled at once: it may go where the backfill has been") {
  Hospital hospital;
  begin(hospital);
  SUBCASE("the key alone") {
    hospital.update("a", {{"id", "z"}});
    CHECK(hospital.row("z") == "SKIN_CARE|9:00 AM|srv_skin_care|70|MORNING");
  }
  SUBCASE("the key and an old column") {
    hospital.update("a", {{"id", "z"}, {"service", "BODY_CARE"}});
    CHECK(hospital.row("z") == "BODY_CARE|9:00 AM|srv_body_care|60|MORNING");
  }
  SUBCASE("the key and a new column") {
    hospital.update("a", {{"id", "z"}, {"period", "AFTERNOON"}});
    CHECK(hospital.row("z") == "SKIN_CARE|14:00|srv_skin_care|70|AFTERNOON");
  }
  hospital.absorb();
  for (const auto& key : hospital.compare().keys) CHECK(key.find("\"z\"") == std::string::npos);
  CHECK(hospital.repairs("z").empty());
}

TEST_CASE("a row whose new side is that of an earlier run, which was taken back, is brought up to date with its new key") {
  Hospital hospital;
  begin(hospital);
  hospital.run("backfill");
  hospital.undo("backfill");
  hospital.undo("sync");
  hospital.update("a", {{"service", "BODY_CARE"}, {"preferredTime", "3:00 PM"}});
  hospital.run("sync");
  REQUIRE(hospital.row("a") == "BODY_CARE|3:00 PM|srv_skin_care|70|MORNING");
  hospital.update("a", {{"id", "z"}});
  CHECK(hospital.row("z") == "BODY_CARE|3:00 PM|srv_body_care|60|AFTERNOON");
  CHECK(snapshot_of(hospital, "z") == "바디케어");
}

TEST_CASE("another key leaves a snapshot and a provisional meaning as they are") {
  Hospital hospital;
  begin(hospital);
  hospital.run("backfill");
  hospital.db().run("test.rename", R"(update services set name = 'renamed', "durationMinutes" = 500 where code = 'SKIN_CARE')"_sql);
  hospital.update("a", {{"id", "z"}});
  CHECK(hospital.row("z") == "SKIN_CARE|9:00 AM|srv_skin_care|70|MORNING");
  CHECK(snapshot_of(hospital, "z") == "피부케어");
  hospital.update("z", {{"preferredTime", "3:47 PM"}});
  hospital.update("z", {{"id", "y"}});
  CHECK(hospital.row("y") == "SKIN_CARE|3:47 PM|srv_skin_care|70|MORNING");
  hospital.absorb();
  CHECK(hospital.row("y") == "SKIN_CARE|3:47 PM|srv_skin_care|70|AFTERNOON");
}

TEST_CASE("what waits in the repair queue for a row goes along with its key, and what only the new side can say is kept") {
  Hospital hospital;
  begin(hospital);
  hospital.run("backfill");
  hospital.db().run("test.add", "insert into services (id, code, name) values ('srv_laser', 'LASER', 'laser')"_sql);
  hospital.update("a", {{"serviceId", "srv_laser"}, {"serviceName", "laser"}, {"estimatedDuration", "40"}});
  REQUIRE(hospital.repairs("a") == "old: no value: stand-in used");
  hospital.update("a", {{"id", "z"}});
  CHECK(hospital.row("z") == "OTHER_CONSULTATION|9:00 AM|srv_laser|40|MORNING");
  CHECK(hospital.repairs("a").empty());
  CHECK(hospital.repairs("z") == "old: no value: stand-in used");
}

namespace {

// People are known by their address, which is not the key of their row.
struct Staff : tests::Clinics {
  Staff() : Clinics(R"(create table staff (id text primary key, address text not null unique, name text); create table people (id text primary key, address text not null unique, name text);
                       insert into staff values ('a', 'a@b', 'A'), ('k', 'k@b', 'K'))"_sql, R"(
plan: people
mappings:
  people:
    table: staff
    into: people
    new: {key: {address: old.address}, insert: {id: old.id}, set: {name: old.name}, on delete: cascade}
    old: {key: {address: new.address}, insert: {id: new.id}, set: {name: new.name}, on delete: cascade}
phases:
  - {name: prepare, steps: [{sql: 01-tables.sql}, {sql: 02-columns.sql}]}
  - {name: dual-write, steps: [{sync: people}, {backfill: people}]}
)") { run("sync people"); }
  std::string people() { return ask("select string_agg(address || ' ' || coalesce(name, '-'), ', ' order by address) from people"); }
};

}  // namespace

TEST_CASE("a driving row that gets another key before the backfill reached it has its derived row at once") {
  Staff staff;
  staff.write("update staff set id = 'z' where id = 'a'");
  CHECK(staff.people() == "a@b A");
  staff.run("backfill people");
  CHECK(staff.people() == "a@b A, k@b K");
  CHECK(staff.findings() + staff.repairs() == "");
}

TEST_CASE("what waits in the repair queue for a driving or a derived row goes along with its key") {
  Staff staff;
  staff.run("backfill people");
  SUBCASE("driving") {
    staff.write("alter table people add constraint test_limit check (name <> 'X')");
    staff.write("update staff set name = 'X' where id = 'a'");
    REQUIRE(staff.repairs() == "people new a 23514\n");
    staff.write("update staff set id = 'z' where id = 'a'");
    CHECK(staff.repairs() == "people new z 23514\npeople new z 23514\n");
    staff.write("alter table people drop constraint test_limit");
  }
  SUBCASE("derived") {
    staff.write("alter table staff add constraint test_limit check (name <> 'X')");
    staff.write("update people set name = 'X' where id = 'a'");
    REQUIRE(staff.repairs() == "people old a 23514\n");
    staff.write("update people set id = 'z' where id = 'a'");
    CHECK(staff.repairs() == "people old z 23514\npeople old z 23514\n");
    staff.write("alter table staff drop constraint test_limit");
  }
  staff.settle();
  CHECK(staff.people() == "a@b X, k@b K");
  CHECK(staff.findings() + staff.repairs() == "");
}
