// What people say about rows of the repair queue: right as they are, or which side is right.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "engine/repairs.hpp"
#include "steps/repairs.hpp"
#include "support/clinics.hpp"
#include "support/hospital.hpp"

using namespace segue;
using segue::tests::Clinics;
using segue::tests::Hospital;

namespace {

const engine::Who nurse{"nurse", "asked"};

// A booking written with both sides, which disagree.
struct Conflict : Hospital {
  Conflict() {
    run("profile");
    run("sync");
    run("backfill");
    insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}, {"serviceId", "srv_body_care"}, {"serviceName", "Body"}, {"estimatedDuration", "90"}, {"period", "MORNING"}});
    absorb();
    REQUIRE(repairs("a") == "both: both sides were written and disagree");
  }
  std::int64_t open() { return journal::open_repairs(db(), plan().name); }
  std::int64_t accepted() { return journal::accepted_repairs(db(), plan().name); }
  std::int64_t settle() { return steps::settle(db(), plan(), std::nullopt, mapping()); }
  void accept() { REQUIRE(engine::accept_repairs(db(), plan(), {"reservations", "a", "", ""}, nurse) == 1); }
};

struct Pair : Clinics {
  // A doctor and his derived row, each written while the other could not be reached.
  Pair() {
    write(R"(insert into users (id, role, "fullName", "clinicId", specialization, experience) values ('d1', 'DOCTOR', 'D', 'c1', 'surgery', 1))");
    sync_all();
    backfill_all();
    behind("update users set specialization = 'old way'; update clinic_doctors set specialization = 'new way'");
    derived = ask("select id from clinic_doctors");
    write("insert into segue.repairs (plan, mapping, key, direction, reason) values ('" + plan().name + "', 'clinic_doctors', '{d1}', 'new', '55P03'), ('" +
          plan().name + "', 'clinic_doctors', array['" + derived + "'], 'old', '55P03')");
    settle();
    REQUIRE(open() == 2);
  }
  void behind(const std::string& sql) { write("set session_replication_role = replica; " + sql + "; set session_replication_role = default"); }
  std::int64_t open() { return journal::open_repairs(db(), plan().name); }
  std::string both() { return ask("select u.specialization, c.specialization from users u, clinic_doctors c"); }
  std::string derived;
};

}  // namespace

TEST_CASE("an accepted row does not wait until one of its sides is written") {
  Conflict hospital;
  hospital.accept();
  CHECK(hospital.open() == 0);
  CHECK(hospital.accepted() == 1);
  CHECK(hospital.compare().differing == 0);
  hospital.update("a", {{"patientName", "somebody else"}});
  hospital.settle();
  CHECK(hospital.open() == 0);
  hospital.update("a", {{"serviceName", "Body and soul"}});
  hospital.settle();
  CHECK(hospital.open() == 1);
  CHECK(hospital.accepted() == 0);
  CHECK(hospital.count("select count(*) from segue.audit where action = 'accepted rows were written: they wait again'"_sql) == 1);
}

TEST_CASE("an accepted row that is written so that its sides agree is settled, and one that is deleted") {
  Conflict hospital;
  hospital.accept();
  hospital.update("a", {{"service", "BODY_CARE"}});
  hospital.settle();
  CHECK(hospital.repairs("a").empty());
  hospital.insert({{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}, {"serviceId", "srv_body_care"}, {"period", "MORNING"}});
  REQUIRE(engine::accept_repairs(hospital.db(), hospital.plan(), {"reservations", "", "both", "both sides were written and disagree"}, nurse) == 1);
  hospital.db().run("test.delete", "delete from reservations where id = 'b'"_sql);
  hospital.settle();
  CHECK(hospital.count(R"(select count(*) from segue.repairs where "resolvedAt" is null)"_sql) == 0);
}

TEST_CASE("what is accepted is not touched by a retry, and what is withdrawn waits again") {
  Conflict hospital;
  hospital.accept();
  const auto before = hospital.row("a");
  const auto queue = engine::retry_repairs(hospital.db(), hospital.plan());
  CHECK(queue.open == 0);
  CHECK(queue.accepted == 1);
  CHECK(hospital.row("a") == before);
  CHECK(engine::withdraw_repairs(hospital.db(), hospital.plan(), {"reservations", "a", "", ""}, nurse) == 1);
  CHECK(hospital.open() == 1);
}

TEST_CASE("a person says which side of a conflict is right, and the patient's own words stay") {
  for (const bool old_is_right : {true, false}) {
    Conflict hospital;
    CHECK(engine::take_side(hospital.db(), hospital.plan(), "reservations", "a", old_is_right, nurse));
    CHECK(hospital.row("a").starts_with(old_is_right ? "SKIN_CARE|9:00 AM|srv_skin_care|" : "BODY_CARE|9:00 AM|srv_body_care|"));
    CHECK(hospital.open() == 0);
    CHECK(hospital.compare().differing == 0);
  }
}

TEST_CASE("a row whose old side is a stand-in gets its word when the old model learns it") {
  Conflict hospital;
  hospital.db().run("test.take", R"(update reservations set service = 'BODY_CARE' where id = 'a')"_sql);
  hospital.db().run("test.service", R"(insert into services (id, code, name) values ('srv_new', 'NEW_SERVICE', 'New'))"_sql);
  hospital.insert({{"id", "b"}, {"serviceId", "srv_new"}, {"serviceName", "New"}, {"estimatedDuration", "30"}, {"period", "AFTERNOON"}});
  hospital.settle();
  CHECK(hospital.repairs("b") == "old: no value: stand-in used");
  hospital.db().run("test.word", R"(alter type "ServiceType" add value 'NEW_SERVICE')"_sql);
  hospital.settle();
  hospital.settle();                                             // the text that the old side got is read in between
  CHECK(hospital.repairs("b").empty());
  CHECK(hospital.row("b").starts_with("NEW_SERVICE|14:00|srv_new|"));
}

TEST_CASE("a pair of which each was written without the other: a person says which is right") {
  for (const bool old_is_right : {true, false}) {
    Pair clinics;
    CHECK(engine::take_side(clinics.db(), clinics.plan(), "clinic_doctors", old_is_right ? "d1" : clinics.derived, old_is_right, nurse));
    CHECK(clinics.both() == (old_is_right ? "old way|old way" : "new way|new way"));
    CHECK(clinics.repairs() == "");
    CHECK(clinics.findings() == "");
  }
}

TEST_CASE("a key that is queued for the other side is no row to carry") {
  Pair clinics;
  CHECK_THROWS_AS(engine::take_side(clinics.db(), clinics.plan(), "clinic_doctors", "d1", false, nurse), Error);
  CHECK_THROWS_AS(engine::take_side(clinics.db(), clinics.plan(), "clinic_doctors", "nobody", true, nurse), Error);
  CHECK(clinics.both() == "old way|new way");
}

TEST_CASE("an accepted pair waits no more, is no difference, and waits again when it is written") {
  Pair clinics;
  CHECK(engine::accept_repairs(clinics.db(), clinics.plan(), {"clinic_doctors", "", "new", "55P03"}, nurse) == 1);
  CHECK(engine::accept_repairs(clinics.db(), clinics.plan(), {"clinic_doctors", clinics.derived, "", ""}, nurse) == 1);
  clinics.settle();
  CHECK(clinics.open() == 0);
  CHECK(clinics.findings() == "");
  CHECK(clinics.both() == "old way|new way");
  clinics.behind("update clinic_doctors set specialization = 'newer way'");
  clinics.settle();
  CHECK(clinics.open() == 2);
  CHECK(clinics.both() == "old way|newer way");
}

TEST_CASE("claims that disagree can be accepted as they are") {
  Clinics clinics;
  clinics.write(R"(insert into users (id, role, "fullName") values ('u1', 'PATIENT', 'U'); insert into patients values ('p1', 'c1', 'One', 'u1'), ('p2', 'c2', 'Two', 'u1'))");
  clinics.sync_all();
  clinics.backfill_all();
  REQUIRE(clinics.repairs() == "global_patients into new user:u1 claims disagree\n");
  CHECK(engine::accept_repairs(clinics.db(), clinics.plan(), {"global_patients", "user:u1", "", ""}, nurse) == 1);
  clinics.settle();
  CHECK(journal::open_repairs(clinics.db(), clinics.plan().name) == 0);
  clinics.write(R"(update patients set "fullName" = 'Three' where id = 'p2')");
  clinics.settle();
  CHECK(journal::open_repairs(clinics.db(), clinics.plan().name) == 1);
  clinics.write(R"(update patients set "fullName" = 'One' where id = 'p2')");
  clinics.settle();
  CHECK(clinics.repairs() == "");
}
