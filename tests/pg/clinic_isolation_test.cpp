// No clinic sees or writes another's rows, whatever it sends, in every path.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "support/clinic_service.hpp"

using namespace segue;
using tests::ClinicService;
using tests::Percents;
using tests::TwoClinics;
using boost::json::object;

namespace {

const std::vector<Percents> every_path{{0, 0, 0}, {100, 100, 100}, {100, 0, 0}, {50, 50, 50}, {0, 100, 100}};

object appointment(std::string_view doctor, std::string_view patient, std::string_view at = "2030-02-01T10:00:00Z") {
  return {{"doctor_id", doctor}, {"patient_id", patient}, {"starts_at", at}, {"minutes", 30}};
}

// Everything the first clinic has, as one text.
std::string all_of_c1(TwoClinics& clinics) {
  return clinics.db().run("test.all", R"(
      select (select string_agg(a::text, '|' order by id) from appointments a where "clinicId" = 'c1')
          || (select string_agg(u::text, '|' order by id) from users u where "clinicId" = 'c1')
          || (select string_agg(p::text, '|' order by id) from patients p where "clinicId" = 'c1'))"_sql).text();
}

}  // namespace

TEST_CASE("a clinic that sends another's ids finds nothing and changes nothing, in every path") {
  for (const auto& percents : every_path) {
    CAPTURE(percents.read);
    CAPTURE(percents.write);
    TwoClinics clinics;
    clinics.prepare();
    clinics.sync();
    clinics.backfill();
    ClinicService service(clinics.url(), percents);
    const auto before = all_of_c1(clinics);
    CHECK(service.call("GET", "c2", "appointments/c1-a1").status == 404);
    CHECK(service.call("PATCH", "c2", "appointments/c1-a1", object{{"starts_at", "2030-01-02T08:00:00Z"}, {"minutes", 30}}).status == 404);
    CHECK(service.call("POST", "c2", "appointments/c1-a1/cancel").status == 404);
    CHECK(service.call("POST", "c2", "appointments", appointment("c1-d1", "c2-p1")).status == 400);
    CHECK(service.call("POST", "c2", "appointments", appointment("c2-d1", "c1-p1")).status == 400);
    for (const auto* person : {"doctors/c1-d1", "patients/c1-p1"}) {
      CHECK(service.call("GET", "c2", person).status == 404);
      CHECK(service.call("PATCH", "c2", person, object{{"phone", "010-9999-9999"}}).status == 404);
    }
    for (const auto* query : {"appointments?doctor=c1-d1", "appointments?patient=c1-p1", "appointments?doctor=c1-d1&clinic=c1&clinic_id=c1"})
      CHECK(tests::body_of(service.call("GET", "c2", query)).at("appointments").as_array().empty());
    auto with_clinic = appointment("c1-d1", "c1-p1");
    with_clinic["clinic_id"] = "c1";
    CHECK(service.call("POST", "c2", "appointments", with_clinic).status == 400);
    for (const auto* id : {"%27%20or%20%271%27=%271", "c1-a1%27--", "%25", "c1-a1%00", "*"})
      CHECK(service.call("GET", "c2", std::string("appointments/") + id).status >= 400);
    CHECK(all_of_c1(clinics) == before);
    // Not vacuous: the same calls of the clinic itself do succeed.
    CHECK(service.call("GET", "c1", "appointments/c1-a1").status == 200);
    CHECK(service.call("PATCH", "c1", "patients/c1-p1", object{{"phone", "010-9999-9999"}}).status == 200);
    CHECK(service.call("POST", "c1", "appointments", appointment("c1-d1", "c1-p1")).status == 200);
    CHECK(all_of_c1(clinics) != before);
  }
}

TEST_CASE("lists hold the clinic's own rows and no other") {
  for (const auto& percents : every_path) {
    TwoClinics clinics;
    clinics.prepare();
    clinics.sync();
    clinics.backfill();
    ClinicService service(clinics.url(), percents);
    for (const auto* what : {"appointments?date=2030-01-01", "doctors", "patients"}) {
      const auto body = tests::body_of(service.call("GET", "c2", what));
      const std::string key = std::string(what).substr(0, std::string(what).find('?'));
      CHECK(body.at(key).as_array().size() == 2);
      for (const auto& row : body.at(key).as_array()) CHECK(std::string(row.at("id").as_string()).starts_with("c2-"));
    }
  }
}

TEST_CASE("a token opens its own clinic only, and nothing without one") {
  TwoClinics clinics;
  ClinicService service(clinics.url(), {});
  CHECK(service.call("GET", "c1", "doctors").status == 200);
  CHECK(service.call("GET", "c1", "doctors", nullptr, "c2").status == 401);
  CHECK(service.call("GET", "nowhere", "doctors", nullptr, "c1").status == 401);
  CHECK(service.ask("GET", "/api/clinics/c1/doctors", {}, {}).status == 401);
  CHECK(service.ask("GET", "/api/clinics/c1/doctors", {}, {{"Authorization", "Bearer "}}).status == 401);
}

TEST_CASE("the database itself refuses what the service would never send") {
  TwoClinics clinics;
  clinics.prepare();
  clinics.sync();
  clinics.backfill();
  auto& db = clinics.db();
  const auto as_c2 = [&](const sql::Sql& statement) {
    pg::Transaction transaction(db);
    db.run("test.role", "select set_config('role', 'clinic_service', true)"_sql);
    db.run("test.enter", "select clinic_enter('c2', encode(sha256('token of c2'), 'hex'))"_sql);
    return db.run("test.hostile", statement).affected();
  };
  CHECK(as_c2("update appointments set notes = 'x'"_sql) == 2);
  CHECK(as_c2("update appointments set notes = 'x' where id = 'c1-a1'"_sql) == 0);
  CHECK(as_c2("update clinic_doctors set experience = 1"_sql) == 2);
  CHECK_THROWS_AS(as_c2(R"(update appointments set "clinicId" = 'c1')"_sql), Error);
  CHECK_THROWS_AS(as_c2(R"(insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt", minutes) values ('x', 'c1', 'c1-d1', 'c1-p1', now(), 30))"_sql), Error);
  CHECK_THROWS_AS(as_c2(R"(insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt", minutes) values ('x', 'c2', 'c1-d1', 'c2-p1', now(), 30))"_sql), Error);
  CHECK_THROWS_AS(as_c2("delete from appointments"_sql), Error);
  CHECK_THROWS_AS(as_c2("select * from global_patients"_sql), Error);
  db.run("test.role", "set role clinic_service"_sql);             // without a clinic there is nothing
  CHECK(clinics.count("select count(*) from appointments") == 0);
  CHECK(clinics.count("select count(*) from clinic_patients") == 0);
}
