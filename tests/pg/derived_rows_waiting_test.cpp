// A write that could not be carried to the other row waits in the queue: until it is carried, nobody who has not just written
// that row writes over it. Somebody holds the other row for a while, so that the write has to be queued.
#include <doctest/doctest.h>

#include "support/clinics.hpp"

using namespace segue;
using segue::tests::Clinics;
using sql::Sql;

namespace {

constexpr const char* a_doctor = R"(insert into users (id, role, "fullName", "clinicId", specialization, experience) values ('d1', 'DOCTOR', 'D', 'c1', 'a', 1))";
constexpr const char* a_patient = R"(insert into patients (id, "clinicId", "fullName") values ('p1', 'c1', 'P'))";

// Dual write stands; the rows come after it, and the backfill has not been there yet.
struct Waiting : Clinics {
  explicit Waiting(const std::string& rows) {
    sync_all();
    write(rows);
  }
  // `statement`, in another session, while this one holds what `lock` locks.
  void while_held(const std::string& lock, const std::string& statement) {
    pg::Connection other(url(), {.application_name = "application", .search_path = "public"});
    pg::Transaction transaction(db());
    db().run("hold", Sql::from_plan(lock));
    other.run("write", Sql::from_plan(statement));
    transaction.commit();
  }
  void new_style(const std::string& statement) { while_held("select 1 from users for update", statement); }
  void old_style(const std::string& statement) { while_held("select 1 from clinic_doctors for update", statement); }
  std::string user() { return ask(R"(select specialization, experience, role, "clinicId" from users where id = 'd1')"); }
  std::string doctor() { return ask(R"(select specialization, experience, "isActive", "clinicId" from clinic_doctors order by "isActive" desc, "clinicId")"); }
  std::string waiting() { return ask(R"(select string_agg(distinct direction, ', ' order by direction) from segue.repairs where "resolvedAt" is null)"); }
  void all_the_same() {
    settle();
    CHECK(repairs() == "");
    CHECK(findings() == "");
  }
};

}  // namespace

TEST_CASE("the backfill does not write over a new-style write that waits to be carried") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  REQUIRE(clinics.waiting() == "old");
  clinics.backfill_all();
  CHECK(clinics.doctor() == "b|1|t|c1");
  clinics.all_the_same();
  CHECK(clinics.user() == "b|1|DOCTOR|c1");
}

TEST_CASE("a driving row that leaves takes along what waits to be carried to it") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  REQUIRE(clinics.waiting() == "old");
  SUBCASE("it moves") {
    clinics.write(R"(update users set "clinicId" = 'c2' where id = 'd1')");
    CHECK(clinics.doctor() == "b|1|t|c2");
    CHECK(clinics.user() == "b|1|DOCTOR|c2");
  }
  SUBCASE("it goes, and comes back") {
    clinics.write("update users set role = 'STAFF' where id = 'd1'");
    CHECK(clinics.user() == "b|1|STAFF|c1");
    clinics.settle();
    clinics.write("update users set role = 'DOCTOR' where id = 'd1'");
    CHECK(clinics.doctor() == "b|1|t|c1");
  }
  SUBCASE("what the same statement writes is newer") {
    clinics.write(R"(update users set "clinicId" = 'c2', specialization = 'c' where id = 'd1')");
    CHECK(clinics.doctor() == "c|1|t|c2");
  }
  SUBCASE("it is deleted") {
    clinics.write("delete from users where id = 'd1'");
    CHECK(clinics.doctor() == "no row");
  }
  clinics.all_the_same();
}

TEST_CASE("the backfill neither makes nor wakes a derived row that the new application has let go") {
  SUBCASE("deleted") {
    Waiting clinics(a_patient);
    clinics.while_held("select 1 from patients for update", "delete from clinic_patients");
    REQUIRE(clinics.waiting() == "into old");
    clinics.backfill_all();
    clinics.write(R"(update patients set "fullName" = 'Q')");
    CHECK(clinics.ask("select count(*) from clinic_patients") == "0");
    clinics.all_the_same();
    CHECK(clinics.ask("select count(*) from patients") == "0");
  }
  SUBCASE("no longer active") {
    Waiting clinics(a_doctor);
    clinics.new_style(R"(update clinic_doctors set "isActive" = false)");
    REQUIRE(clinics.waiting() == "into old");
    clinics.backfill_all();
    CHECK(clinics.doctor() == "a|1|f|c1");
    clinics.all_the_same();
    CHECK(clinics.user() == "a|1|DOCTOR|-");
  }
}

TEST_CASE("a backfill keeps a derived row whose driving row could not be made yet") {
  Waiting clinics(a_patient);
  clinics.write("alter table patients add constraint test_limit check (id <> 'n1')");
  clinics.write(R"(insert into global_patients (id, "personKey", "fullName") values ('g1', 'patient:n1', 'N');
                   insert into clinic_patients (id, "clinicId", "globalPatientId") values ('n1', 'c2', 'g1'))");
  REQUIRE(clinics.waiting() == "old");
  // As if an earlier run had been taken back: then it looks for rows that were left behind.
  clinics.write("insert into segue.audit (plan, actor, action) values ('clinic', 'test', 'step undone: dual-write / backfill clinic_patients')");
  clinics.backfill_all();
  REQUIRE(clinics.ask("select count(*) from clinic_patients where id = 'n1'") == "1");
  clinics.write("alter table patients drop constraint test_limit");
  clinics.all_the_same();
  CHECK(clinics.ask(R"(select "clinicId", "fullName" from patients where id = 'n1')") == "c2|N");
}

TEST_CASE("where a write waits on each side, neither is written over until they agree") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  clinics.old_style("update users set specialization = 'c', experience = 2 where id = 'd1'");
  REQUIRE(clinics.waiting() == "new, old");
  const auto both = [&] {
    CHECK(clinics.doctor() == "b|1|t|c1");
    CHECK(clinics.waiting().find("old") != std::string::npos);
  };
  SUBCASE("by the repair") { clinics.settle(); both(); CHECK(clinics.user() == "c|2|DOCTOR|c1"); }
  SUBCASE("by the backfill") { clinics.backfill_all(); both(); CHECK(clinics.user() == "c|2|DOCTOR|c1"); }
  clinics.write("update clinic_doctors set specialization = 'c', experience = 2");
  clinics.all_the_same();
  CHECK(clinics.user() == "c|2|DOCTOR|c1");
}

TEST_CASE("a row that leaves while something waits on each side lets nothing go") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  clinics.old_style("update users set specialization = 'c' where id = 'd1'");
  REQUIRE(clinics.waiting() == "new, old");
  clinics.write(R"(update users set "clinicId" = 'c2' where id = 'd1')");
  clinics.settle();
  CHECK(clinics.user() == "c|1|DOCTOR|c2");
  CHECK(clinics.doctor() == "b|1|t|c1");
  CHECK(clinics.waiting() == "into new, into old, old");
  // Somebody decides.
  clinics.write(R"(update clinic_doctors set "isActive" = false where "clinicId" = 'c1')");
  CHECK(clinics.doctor() == "c|1|t|c2");
  clinics.all_the_same();
}

TEST_CASE("a repair does not make the derived row of a place that the driving row is just leaving") {
  Waiting clinics(R"(alter table clinic_doctors add constraint test_limit check ("clinicId" <> 'c1'))");
  clinics.write(a_doctor);
  REQUIRE(clinics.waiting() == "new");
  clinics.write("alter table clinic_doctors drop constraint test_limit");
  pg::Connection other(clinics.url(), {.application_name = "application", .search_path = "public"});
  pg::Transaction transaction(other);
  other.run("move", R"(update users set "clinicId" = 'c2' where id = 'd1')"_sql);
  clinics.settle();
  transaction.commit();
  clinics.all_the_same();
  CHECK(clinics.ask(R"(select string_agg("clinicId", ' ') from clinic_doctors)") == "c2");
}

TEST_CASE("where dual write is taken back, what waits for the old side gets there, and nothing is left to be carried later") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  REQUIRE(clinics.waiting() == "old");
  clinics.undo("sync clinic_doctors");
  CHECK(clinics.user() == "b|1|DOCTOR|c1");
  CHECK(clinics.waiting() == "-");
  clinics.write("update users set specialization = 'c' where id = 'd1'");
  clinics.run("sync clinic_doctors");
  clinics.settle();
  CHECK(clinics.user() == "c|1|DOCTOR|c1");
}

TEST_CASE("a write that is queued while the repair settles an older one stays queued") {
  Waiting clinics(a_doctor);
  clinics.new_style("update clinic_doctors set specialization = 'b'");
  REQUIRE(clinics.waiting() == "old");
  // The repair has carried it, and is about to commit.
  clinics.while_held(R"(with mark as (select set_config($$segue.carrying$$, $$<clinic/clinic_doctors>$$, true)), row as (update users set specialization = 'b' from mark where users.id = 'd1' returning 1)
    update segue.repairs set "resolvedAt" = now() where "resolvedAt" is null)", "update clinic_doctors set specialization = 'c'");
  REQUIRE(clinics.waiting() == "old");
  clinics.all_the_same();
  CHECK(clinics.user() == "c|1|DOCTOR|c1");
}
