// The clinics' service: rows on either side, doctors that many want at once, repeats.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "clinic/appointments.hpp"
#include "support/clinic_service.hpp"

using namespace segue;
using tests::body_of;
using tests::ClinicService;
using tests::Percents;
using tests::TwoClinics;
using boost::json::object;

namespace {

struct Migrated : TwoClinics {
  Migrated() {
    prepare();
    sync();
    backfill();
  }
};

object at(std::string_view time, std::string_view doctor = "c1-d1", std::string_view patient = "c1-p1") {
  return {{"doctor_id", doctor}, {"patient_id", patient}, {"starts_at", time}, {"minutes", 30}};
}

std::size_t listed(const net::Response& response, std::string_view key) { return body_of(response).at(key).as_array().size(); }

std::string ask(pg::Connection& db, const sql::Sql& query) { return db.run("test.ask", query).text(); }

}  // namespace

TEST_CASE("the new path reads rows that are not migrated yet, row by row") {
  Migrated clinics;                                              // of each two, one loses its new side again
  clinics.db().run_script("test.not_yet", R"(set session_replication_role = replica;
      update appointments set "clinicDoctorId" = null, "clinicPatientId" = null where id = 'c1-a2';
      delete from clinic_doctors d using global_doctors g where g.id = d."globalDoctorId" and g."userId" = 'c1-d2';
      delete from global_doctors where "userId" = 'c1-d2';
      delete from clinic_patients where id = 'c1-p2';
      set session_replication_role = origin)"_sql);
  REQUIRE(clinics.count(R"(select count(*) from clinic_doctors where "clinicId" = 'c1')") == 1);
  ClinicService service(clinics.url(), {100, 100, 100});
  const auto appointments = body_of(service.call("GET", "c1", "appointments?date=2030-01-01"));
  CHECK(appointments.at("variant").as_string() == "new");
  REQUIRE(appointments.at("appointments").as_array().size() == 2);
  for (const auto& row : appointments.at("appointments").as_array()) {
    const auto number = std::string(row.at("id").as_string()).substr(4);
    CHECK(row.at("doctor_id").as_string() == "c1-d" + number);
    CHECK(row.at("doctor_name").as_string() == "Doctor c1" + number);
    CHECK(row.at("patient_name").as_string() == "Patient c1" + number);
    CHECK(row.at("specialization").as_string() == "surgery");
  }
  for (const auto* query : {"appointments?doctor=c1-d2", "appointments?patient=c1-p2", "appointments?doctor=c1-d1"})
    CHECK(listed(service.call("GET", "c1", query), "appointments") == 1);
  CHECK(listed(service.call("GET", "c1", "doctors"), "doctors") == 2);
  CHECK(listed(service.call("GET", "c1", "patients"), "patients") == 2);
  CHECK(body_of(service.call("GET", "c1", "doctors/c1-d2")).at("experience").as_int64() == 2);
}

TEST_CASE("who has no new side yet is written on the old path, and can be booked") {
  TwoClinics clinics;
  clinics.prepare();
  ClinicService service(clinics.url(), {100, 100, 100});
  const auto booked = service.call("POST", "c1", "appointments", at("2030-02-01T10:00:00Z"));
  CHECK(booked.status == 200);
  CHECK(body_of(booked).at("variant").as_string() == "old");
  CHECK(service.call("POST", "c1", "appointments", at("2030-02-01T10:15:00Z")).status == 409);
  CHECK(body_of(service.call("PATCH", "c1", "doctors/c1-d2", object{{"specialization", "dentistry"}})).at("specialization").as_string() == "dentistry");
  CHECK(service.call("PATCH", "c1", "doctors/nobody", object{{"specialization", "dentistry"}}).status == 404);
}

TEST_CASE("whichever path writes, the other reads the same") {
  Migrated clinics;
  ClinicService old_path(clinics.url(), {}), new_path(clinics.url(), {100, 100, 100});
  int hour = 8;
  for (auto* writer : {&old_path, &new_path}) {
    const auto doctor = body_of(writer->call("POST", "c1", "doctors", object{{"first_name", "New"}, {"last_name", "Doctor"}, {"specialization", "surgery"}, {"experience", 3}}));
    const auto patient = body_of(writer->call("POST", "c1", "patients", object{{"first_name", "New"}, {"last_name", "Patient"}, {"birth_date", "1990-01-01"}}));
    const std::string id(doctor.at("id").as_string()), file(patient.at("id").as_string());
    const auto made = body_of(writer->call("POST", "c1", "appointments", at(fmt::format("2030-03-01T{:02}:00:00Z", hour++), id, file)));
    const std::string appointment(made.at("id").as_string());
    CHECK(writer->call("PATCH", "c1", "appointments/" + appointment, object{{"starts_at", "2030-03-01T18:00:00Z"}, {"minutes", 20}}).status == 200);
    CHECK(writer->call("PATCH", "c1", "doctors/" + id, object{{"experience", 4}, {"active", false}}).status == 200);
    CHECK(writer->call("PATCH", "c1", "patients/" + file, object{{"phone", "010-1111-2222"}}).status == 200);
    for (const auto& path : {"doctors/" + id, "patients/" + file, "appointments/" + appointment}) {
      auto one = body_of(old_path.call("GET", "c1", path)), other = body_of(new_path.call("GET", "c1", path));
      CHECK(one.at("variant").as_string() == "old");
      CHECK(other.at("variant").as_string() == "new");
      one.erase("variant"), other.erase("variant");
      CHECK(one == other);
    }
    // The clinic's row of the appointment's doctor, not of anybody else.
    CHECK(ask(clinics.db(), R"(select g."userId" from appointments a join clinic_doctors d on d.id = a."clinicDoctorId"
                               join global_doctors g on g.id = d."globalDoctorId" order by a."createdAt" desc limit 1)"_sql) == id);
    CHECK(writer->call("POST", "c1", "appointments", at("2030-04-01T10:00:00Z", id, file)).status == 400);  // who is not active takes none
  }
  CHECK(clinics.count("select count(*) from segue.repairs where \"resolvedAt\" is null") == 0);
}

TEST_CASE("a doctor is booked once, however many ask at once and by whichever path") {
  Migrated clinics;
  ClinicService old_path(clinics.url(), {}), new_path(clinics.url(), {100, 100, 100});
  std::vector<tests::Question> questions;
  for (int i = 0; i < 12; ++i) questions.push_back(ClinicService::question("POST", "c1", "appointments", at(fmt::format("2030-05-01T10:{:02}:00Z", i), "c1-d1", i % 2 ? "c1-p1" : "c1-p2")));
  std::size_t booked = 0, busy = 0;
  for (auto* service : {&old_path, &new_path})
    for (const auto& answer : service->ask_all(questions)) booked += answer.status == 200, busy += answer.status == 409;
  CHECK(booked == 1);
  CHECK(busy == 23);
}

// What the lock is for: the same statement without it books the doctor twice.
TEST_CASE("the check alone would let two through at once") {
  Migrated clinics;
  for (const auto form : {clinic::Form::old_model, clinic::Form::bridged}) {
    const auto day = form == clinic::Form::old_model ? "2030-06-01T10:00:00Z" : "2030-06-02T10:00:00Z";
    const auto insert = [&](pg::Connection& db, const std::string& id) {
      const auto query = clinic::create_appointment({id, "c1-d1", "c1-p1", day, 30, std::nullopt}, form).at(1);
      return clinic::read_created(db.run(query.name, query.sql, query.params)).made;
    };
    pg::Connection one(clinics.url()), other(clinics.url());
    pg::Transaction first(one), second(other);
    const auto name = std::string(day).substr(0, 10);
    CHECK(insert(one, name + "-1"));
    CHECK(insert(other, name + "-2"));
    first.commit();
    second.commit();
    CHECK(clinics.count("select count(*) from appointments where id like '" + name + "%'") == 2);
  }
}

TEST_CASE("a repeat under the same key meets its own row, also by the other path") {
  Migrated clinics;
  ClinicService old_path(clinics.url(), {}), new_path(clinics.url(), {100, 100, 100});
  const auto first = body_of(old_path.call("POST", "c1", "appointments", at("2030-07-01T10:00:00Z"), {}, "key"));
  const auto again = body_of(new_path.call("POST", "c1", "appointments", at("2030-07-01T10:00:00Z"), {}, "key"));
  CHECK(again.at("id") == first.at("id"));
  CHECK(again.at("repeated").as_bool());
  CHECK(new_path.call("POST", "c1", "appointments", at("2030-07-01T10:00:00Z", "c1-d2"), {}, "key").status == 422);
  CHECK(body_of(new_path.call("POST", "c2", "appointments", at("2030-07-01T10:00:00Z", "c2-d1", "c2-p1"), {}, "key")).at("id") != first.at("id"));
  const auto cancel = "appointments/" + std::string(first.at("id").as_string()) + "/cancel";
  for (int i = 0; i < 2; ++i) CHECK(body_of(new_path.call("POST", "c1", cancel)).at("status").as_string() == "CANCELLED");
}

TEST_CASE("pages of a list follow each other without a gap or a row twice") {
  Migrated clinics;
  clinics.db().run("test.more", R"(insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt", minutes)
      select 'm' || i, 'c1', 'c1-d1', 'c1-p1', timestamptz '2030-08-01 08:00Z' + i / 2 * interval '1 hour', 10 from generate_series(0, 6) i)"_sql);
  for (const auto& percents : {Percents{}, Percents{100, 100, 100}}) {
    ClinicService service(clinics.url(), percents);
    std::vector<std::string> seen;
    std::string cursor;
    for (int page = 0; page < 5; ++page) {
      const auto body = body_of(service.call("GET", "c1", "appointments?date=2030-08-01&limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor)));
      for (const auto& row : body.at("appointments").as_array()) seen.emplace_back(row.at("id").as_string());
      if (body.at("next_cursor").is_null()) break;
      cursor = std::string(body.at("next_cursor").as_string());
    }
    CHECK(seen == std::vector<std::string>{"m0", "m1", "m2", "m3", "m4", "m5", "m6"});
    CHECK(service.call("GET", "c1", "appointments?cursor=nonsense").status == 400);
  }
}

TEST_CASE("while the switch is under way both sides are asked, and a difference is counted") {
  Migrated clinics;
  ClinicService service(clinics.url(), {100, 0, 0});
  CHECK(body_of(service.call("GET", "c1", "appointments/c1-a1")).at("variant").as_string() == "new");
  const auto metrics = [&] { return service.ask("GET", "/metrics", {}, {}).body; };
  CHECK(metrics().find("clinic_compared_total{route=\"appointment\"} 1") != std::string::npos);
  CHECK(metrics().find("clinic_differing_total{route=\"appointment\"} 0") != std::string::npos);
  clinics.db().run_script("test.break", R"(set session_replication_role = replica; update clinic_doctors set specialization = 'other';
                                           set session_replication_role = origin)"_sql);
  service.call("GET", "c1", "appointments/c1-a1");
  CHECK(metrics().find("clinic_differing_total{route=\"appointment\"} 1") != std::string::npos);
  CHECK(body_of(service.ask("GET", "/health", {}, {})).at("stages").at("appointments").as_string() == "live");
}
