// Rows derived into other tables, one write at a time: what each side gets, what is queued, and what the comparison finds.
#include <doctest/doctest.h>

#include <functional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/clinics.hpp"

using namespace segue;
using segue::tests::Clinics;

namespace {

constexpr const char* a_doctor = R"(insert into users (id, role, "fullName", "clinicId", specialization, "licenseNumber", experience)
  values ('d1', 'DOCTOR', 'A', 'c1', 'surgery', 'L1', 5))";
constexpr const char* a_patient = R"(insert into patients (id, "clinicId", "fullName") values ('p1', 'c1', 'P'))";
constexpr const char* an_appointment = R"(insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt")
  values ('a1', 'c1', 'd1', 'p1', '2026-05-04 10:00Z'))";

struct Synced : Clinics {
  explicit Synced(const std::string& first = {}) {
    if (!first.empty()) write(first);
    sync_all();
    backfill_all();
  }
  std::string doctor(const std::string& user) {
    return ask(R"(select c."clinicId", c.specialization, c.experience, c."isActive" from clinic_doctors c join global_doctors g on g.id = c."globalDoctorId"
                 where g."userId" = ')" + user + "' order by c.\"isActive\" desc, 1");
  }
  void equal() {
    CHECK(findings() == "");
    CHECK(repairs() == "");
  }
};

}  // namespace

TEST_CASE("rows that were there get their derived rows, and those that read them follow") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient + ";" + an_appointment);
  CHECK(clinics.doctor("d1") == "c1|surgery|5|t");
  CHECK(clinics.ask(R"(select u."globalDoctorId" = g.id from users u join global_doctors g on g."userId" = u.id)") == "t");
  CHECK(clinics.ask(R"(select d."clinicId", p."clinicId" from appointments a join clinic_doctors d on d.id = a."clinicDoctorId"
                       join clinic_patients p on p.id = a."clinicPatientId")") == "c1|c1");
  clinics.equal();
}

TEST_CASE("an old-style write has its derived rows in the same transaction") {
  Synced clinics;
  clinics.write(a_doctor);
  clinics.write(a_patient);
  clinics.write(an_appointment);
  CHECK(clinics.doctor("d1") == "c1|surgery|5|t");
  CHECK(clinics.ask(R"(select count(*) from users where "globalDoctorId" is not null)") == "1");
  CHECK(clinics.ask(R"(select count(*) from appointments where "clinicDoctorId" is not null and "clinicPatientId" is not null)") == "1");
  clinics.write("update users set experience = 6, specialization = null where id = 'd1'");
  CHECK(clinics.doctor("d1") == "c1|-|6|t");
  clinics.equal();
}

TEST_CASE("a change of one column leaves what the other side says in another alone") {
  Synced clinics(a_doctor);
  clinics.write("set session_replication_role = replica; update clinic_doctors set specialization = 'newer'; set session_replication_role = default");
  clinics.write("update users set experience = 9 where id = 'd1'");
  CHECK(clinics.doctor("d1") == "c1|newer|9|t");
}

TEST_CASE("a new-style write is seen by the old application") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient);
  clinics.write("update clinic_doctors set specialization = 'eyes'");
  CHECK(clinics.ask("select specialization, experience from users where id = 'd1'") == "eyes|5");
  clinics.write(R"(insert into global_patients (id, "personKey", "fullName") values ('g9', 'patient:p9', 'New');
                   insert into clinic_patients (id, "clinicId", "globalPatientId") values ('p9', 'c2', 'g9'))");
  CHECK(clinics.ask(R"(select "clinicId", "fullName" from patients where id = 'p9')") == "c2|New");
  clinics.write(R"(update global_patients set "fullName" = 'Newer' where id = 'g9')");
  CHECK(clinics.ask(R"(select "fullName" from patients where id = 'p9')") == "Newer");
  clinics.write(R"(insert into appointments (id, "clinicId", "clinicDoctorId", "clinicPatientId", "startsAt")
                   select 'a9', 'c1', d.id, p.id, '2026-05-04 10:00Z' from clinic_doctors d, clinic_patients p where p."clinicId" = 'c1')");
  CHECK(clinics.ask(R"(select "doctorId", "patientId" from appointments where id = 'a9')") == "d1|p1");
  clinics.equal();
}

TEST_CASE("a row that enters or leaves the filter has a derived row, or has none") {
  Synced clinics(R"(insert into users (id, role, "fullName", "clinicId") values ('u1', 'ADMIN', 'U', 'c1'))");
  CHECK(clinics.doctor("u1") == "no row");
  clinics.write("update users set role = 'DOCTOR' where id = 'u1'");
  CHECK(clinics.doctor("u1") == "c1|-|-|t");
  CHECK(clinics.ask(R"(select "globalDoctorId" is not null from users)") == "t");
  clinics.write("update users set role = 'ADMIN' where id = 'u1'");
  CHECK(clinics.doctor("u1") == "no row");
  CHECK(clinics.ask("select count(*) from global_doctors") == "0");
  clinics.settle();
  CHECK(clinics.ask(R"(select "globalDoctorId" from users)") == "-");
  clinics.equal();
}

TEST_CASE("a doctor who changes clinics leaves a row behind for what refers to it") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient + ";" + an_appointment);
  clinics.write(R"(update users set "clinicId" = 'c2' where id = 'd1')");
  CHECK(clinics.doctor("d1") == "c2|surgery|5|t");
  CHECK(clinics.ask(R"(select "isActive" from clinic_doctors where "clinicId" = 'c1')") == "f");
  CHECK(clinics.ask(R"(select d."clinicId" from appointments a join clinic_doctors d on d.id = a."clinicDoctorId")") == "c1");
  clinics.equal();
  clinics.write(R"(update clinic_doctors set "isActive" = false where "clinicId" = 'c2')");
  CHECK(clinics.ask(R"(select "clinicId" from users where id = 'd1')") == "-");
  clinics.equal();
}

TEST_CASE("a patient who moves keeps the derived row, and deletes go both ways") {
  Synced clinics(a_patient);
  const auto before = clinics.ask("select id from clinic_patients");
  clinics.write(R"(update patients set "clinicId" = 'c3' where id = 'p1')");
  CHECK(clinics.ask(R"(select id, "clinicId" from clinic_patients)") == before + "|c3");
  clinics.write("delete from patients");
  CHECK(clinics.ask("select (select count(*) from clinic_patients), (select count(*) from global_patients)") == "0|0");
  clinics.write(a_patient);
  clinics.write("delete from clinic_patients");
  CHECK(clinics.ask("select (select count(*) from patients), (select count(*) from global_patients)") == "0|0");
  clinics.equal();
}

TEST_CASE("two rows that claim one with different values go to the queue, and neither wins") {
  Synced clinics(R"(insert into users (id, role, "fullName") values ('u1', 'PATIENT', 'U');
    insert into patients (id, "clinicId", "fullName", "userId") values ('p1', 'c1', 'Same', 'u1'), ('p2', 'c2', 'Same', 'u1'))");
  CHECK(clinics.ask(R"(select count(*), min("fullName") from global_patients)") == "1|Same");
  CHECK(clinics.ask("select count(*) from clinic_patients") == "2");
  clinics.equal();
  clinics.write(R"(update patients set "fullName" = 'Other' where id = 'p2')");
  CHECK(clinics.ask(R"(select "fullName" from global_patients)") == "Same");
  CHECK(clinics.repairs() == "global_patients into new user:u1 claims disagree\n");
  clinics.settle();
  CHECK(clinics.repairs() == "global_patients into new user:u1 claims disagree\n");
  clinics.write(R"(update patients set "fullName" = 'Other' where id = 'p1')");
  CHECK(clinics.ask(R"(select "fullName" from global_patients)") == "Other");
  clinics.settle();
  clinics.equal();
}

TEST_CASE("claims that never agreed are nobody's in the backfill either") {
  Synced clinics(R"(insert into users (id, role, "fullName") values ('u1', 'PATIENT', 'U');
    insert into patients (id, "clinicId", "fullName", "userId") values ('p1', 'c1', 'One', 'u1'), ('p2', 'c2', 'Two', 'u1'))");
  CHECK(clinics.ask(R"(select count(*), min("fullName") from global_patients)") == "1|-");
  CHECK(clinics.repairs() == "global_patients into new user:u1 claims disagree\n");
}

TEST_CASE("what the old model cannot say is queued, not guessed") {
  Synced clinics(a_doctor);
  clinics.write(R"(insert into clinic_doctors (id, "clinicId", "globalDoctorId", specialization, "licenseNumber", experience)
                   select 'second', 'c2', "globalDoctorId", specialization, "licenseNumber", experience from clinic_doctors)");
  CHECK(clinics.ask(R"(select "clinicId" from users)") == "c1");
  CHECK(clinics.repairs() == "clinic_doctors into old d1 claims disagree\n");
}

TEST_CASE("each class of difference is found, with the row's key and no value") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient + ";" + an_appointment);
  const auto behind = [&](const std::string& sql) {
    clinics.write("set session_replication_role = replica; " + sql + "; set session_replication_role = default");
    return clinics.findings();
  };
  CHECK(behind("update clinic_doctors set specialization = 'secret'").find(R"("class":"value","columns":["specialization"])") != std::string::npos);
  CHECK(clinics.findings().find("secret") == std::string::npos);
  behind("update clinic_doctors set specialization = 'surgery'");
  CHECK(clinics.findings() == "");
  CHECK(behind("delete from clinic_doctors").find(R"({"key":["d1"],"class":"missing")") != std::string::npos);
  CHECK(behind(R"(insert into global_patients (id, "personKey") values ('s', 'patient:none');
                  insert into clinic_patients (id, "clinicId", "globalPatientId") values ('stray', 'c1', 's'))")
            .find(R"({"key":["stray"],"class":"surplus")") != std::string::npos);
}

TEST_CASE("a reference into another clinic is found") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient + ";" + an_appointment);
  clinics.write(R"(set session_replication_role = replica; update clinic_patients set "clinicId" = 'c2';
                   update patients set "clinicId" = 'c2' where id = 'p1'; set session_replication_role = default)");
  CHECK(clinics.findings().find(R"(appointments: {"key":["a1"],"class":"reference"})") != std::string::npos);
}

namespace {

std::string plan_with(const std::string& from, const std::string& to) {
  const auto text = read_file(SEGUE_SOURCE_DIR "/tests/scenario/derived-rows/plan/plan.yaml");
  REQUIRE(text.find(from) != std::string::npos);
  return replace_all(text, from, to);
}

std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.sqlstate() + error.message();
  }
  return "no failure";
}

}  // namespace

TEST_CASE("a delete that the plan forbids is refused, and nothing else of it is left") {
  Clinics clinics({}, plan_with("gen_random_uuid()::text}\n      on delete: cascade", "gen_random_uuid()::text}\n      on delete: forbid"));
  clinics.sync_all();
  clinics.write(a_patient);
  CHECK(failure_of([&] { clinics.write("delete from patients"); }).substr(0, 5) == "23001");
  CHECK(clinics.ask("select (select count(*) from patients), (select count(*) from clinic_patients)") == "1|1");
  CHECK(clinics.findings() == "");
}

TEST_CASE("a derived row that cannot be made is queued, heals itself, and never fails the application") {
  Synced clinics(a_doctor);
  clinics.write(R"(alter table clinic_doctors add constraint test_limit check (experience < 50))");
  clinics.write("update users set experience = 60 where id = 'd1'");
  CHECK(clinics.ask("select experience from users") == "60");
  CHECK(clinics.repairs() == "clinic_doctors new d1 23514\n");
  clinics.settle();
  CHECK(clinics.repairs() == "clinic_doctors new d1 23514\n");
  clinics.write("alter table clinic_doctors drop constraint test_limit");
  clinics.settle();
  CHECK(clinics.doctor("d1") == "c1|surgery|60|t");
  clinics.equal();
}

TEST_CASE("a backfill walks past a row it cannot derive, and queues it") {
  Clinics clinics("insert into users (id, role, \"fullName\", \"clinicId\", experience) select 'd' || i, 'DOCTOR', 'x', 'c1', i from generate_series(1, 60) i"_sql);
  clinics.write("alter table clinic_doctors add constraint test_limit check (experience <> 33)");
  clinics.sync_all();
  clinics.backfill_all();
  CHECK(clinics.ask("select count(*) from clinic_doctors") == "59");
  CHECK(clinics.repairs().find("clinic_doctors new d33 23514") != std::string::npos);
}

TEST_CASE("a foreign key that would refuse the application's delete is refused first") {
  Clinics clinics;
  clinics.write(R"(alter table global_doctors drop constraint "global_doctors_userId_fkey";
                   alter table global_doctors add constraint strict foreign key ("userId") references users)");
  CHECK(failure_of([&] { clinics.run("sync global_doctors"); }).find("foreign key \"strict\"") != std::string::npos);
  CHECK(clinics.ask("select count(*) from pg_trigger where tgname like 'zz segue%'") == "0");
}

TEST_CASE("a side that does not fit its tables is refused before a trigger is there") {
  Clinics no_index({}, plan_with("key: {userId: old.id}", "key: {createdAt: now()}"));
  CHECK(failure_of([&] { no_index.run("sync global_doctors"); }).find("does not fit its tables") != std::string::npos);
  Clinics wrong_type({}, plan_with("experience: old.experience", "experience: old.specialization"));
  wrong_type.run("sync global_doctors");
  CHECK(failure_of([&] { wrong_type.run("sync clinic_doctors"); }).find("does not fit its tables") != std::string::npos);
  CHECK(failure_of([&] { Clinics({}, plan_with("key: {userId: old.id}", "key: {userID: old.id}")).run("sync global_doctors"); })
            .find("got \"userID\"") != std::string::npos);
}

TEST_CASE("a look-up that every write would pay for with a whole table is refused, and an index mends it") {
  Clinics clinics(R"(insert into patients select 'p' || i, 'c1', 'x' from generate_series(1, 12000) i; drop index patients_coalesce_idx; analyze)"_sql);
  CHECK(failure_of([&] { clinics.run("sync global_patients"); }).find("all of it would be read") != std::string::npos);
  clinics.write(R"(create index on patients ((coalesce('user:' || "userId", 'patient:' || id))); analyze patients)");
  clinics.run("sync global_patients");
}

TEST_CASE("what the driving table left behind while nobody followed it goes with the next backfill") {
  Synced clinics(std::string(a_doctor) + ";" + a_patient);
  for (const auto* mapping : {"clinic_patients", "global_patients"}) {
    clinics.undo(std::string("backfill ") + mapping);
    clinics.write(std::string("insert into segue.audit (plan, actor, action) values ('clinic', 'test', 'step undone: dual-write / backfill ") + mapping + "')");
    clinics.undo(std::string("sync ") + mapping);
  }
  clinics.write("delete from patients; insert into patients (id, \"clinicId\", \"fullName\") values ('p2', 'c2', 'Q')");
  for (const auto* kind : {"sync ", "backfill "})
    for (const auto* mapping : {"global_patients", "clinic_patients"}) clinics.run(kind + std::string(mapping));
  CHECK(clinics.ask("select count(*), min(\"clinicId\") from clinic_patients") == "1|c2");
  clinics.equal();
}

TEST_CASE("a list in one row becomes rows of their own, and they follow it") {
  const std::string yaml = R"(
plan: tags
mappings:
  tags:
    table: posts
    into: tags
    new:
      from: unnest(old.tags) AS t(tag) ON true
      where: t.tag IS NOT NULL
      key: {postId: old.id, tag: t.tag}
      on delete: cascade
    old:
      from: LATERAL (SELECT array_agg(x.tag ORDER BY x.tag) AS tags FROM tags x WHERE x."postId" = new."postId") a ON true
      key: {id: new."postId"}
      set: {tags: a.tags}
      on delete: detach
phases:
  - {name: prepare, steps: [{sql: 01-tables.sql}, {sql: 02-columns.sql}]}
  - {name: dual-write, steps: [{sync: tags}, {backfill: tags}]}
)";
  Clinics clinics("create table posts (id integer primary key, tags text[]); create table tags (\"postId\" integer not null references posts on delete cascade,"
                  " tag text not null, primary key (\"postId\", tag)); insert into posts values (1, '{a,b}'), (2, null), (3, '{}')"_sql, yaml);
  clinics.sync_all();
  clinics.backfill_all();
  CHECK(clinics.ask(R"(select string_agg("postId" || tag, ' ' order by 1) from tags)") == "1a 1b");
  clinics.write("update posts set tags = '{b,c}' where id = 1; update posts set tags = '{z}' where id = 2");
  CHECK(clinics.ask(R"(select string_agg("postId" || tag, ' ' order by "postId", tag) from tags)") == "1b 1c 2z");
  clinics.write("insert into tags values (3, 'n'); insert into tags values (1, 'd')");
  CHECK(clinics.ask("select string_agg(array_to_string(tags, ''), ' ' order by id) from posts") == "bcd z n");
  clinics.write("delete from posts where id = 1");
  CHECK(clinics.ask("select count(*) from tags") == "2");
  CHECK(clinics.findings() + clinics.repairs() == "");
}
