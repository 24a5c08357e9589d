#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "clinic/application.hpp"
#include "clinic/appointments.hpp"
#include "clinic/forms.hpp"
#include "clinic/switches.hpp"
#include "service/local_clock.hpp"
#include "traffic/clinic_audit.hpp"

using namespace segue;
using namespace segue::clinic;
using service::Variant;

TEST_CASE("the six stages follow from the flags and from what the database has") {
  const Sides none{true, false, false}, prepared{true, true, false}, linked{true, true, true}, contracted{false, true, true};
  CHECK(stage_of(0, 0, none) == "off");
  CHECK(stage_of(0, 0, prepared) == "off");
  CHECK(stage_of(0, 0, linked) == "dualwrite");
  CHECK(stage_of(1, 0, linked) == "shadow");
  CHECK(stage_of(99, 0, linked) == "shadow");
  CHECK(stage_of(100, 0, linked) == "live");
  CHECK(stage_of(100, 1, linked) == "rampdown");
  CHECK(stage_of(100, 100, linked) == "rampdown");
  CHECK(stage_of(100, 100, contracted) == "complete");
}

TEST_CASE("both sides are compared from the first read on the new one until it is written") {
  CHECK_FALSE(compares(0, 0));
  CHECK(compares(1, 0));
  CHECK(compares(50, 100));
  CHECK(compares(100, 0));
  CHECK_FALSE(compares(100, 10));
}

TEST_CASE("the old application knows the old form only until its columns are gone") {
  CHECK(forms_for(Variant::old_model, false).front() == Form::old_model);
  CHECK(forms_for(Variant::new_model, false).front() == Form::bridged);
  CHECK(forms_for(Variant::new_model, true).front() == Form::new_model);
}

TEST_CASE("the emergency switches override the flags they are for, the particular one before the general one") {
  std::map<std::string, std::string> set;
  const auto read = [&] {
    return read_switches([&](const char* name) { return set.contains(name) ? std::optional(set.at(name)) : std::nullopt; });
  };
  const auto &appointments = appointments_area(), &doctors = doctors_area(), &patients = patients_area();
  CHECK(read().empty());
  set = {{"USE_NEW_APPOINTMENT_READ", "true"}};
  CHECK(read() == std::map<std::string, int>{{appointments.read, 100}});
  set = {{"USE_NEW_APPOINTMENT_LOGIC", "true"}, {"USE_NEW_APPOINTMENT_WRITE", "false"}, {"USE_NEW_DOCTOR_LOGIC", "false"}};
  CHECK(read() == std::map<std::string, int>{{appointments.read, 100}, {appointments.write, 0}, {doctors.read, 0}});
  set = {{"USE_NEW_PATIENT_LOGIC", "true"}};
  CHECK(read() == std::map<std::string, int>{{patients.read, 100}});
  for (const auto* name : {"USE_NEW_APPOINTMENT_READ", "USE_NEW_APPOINTMENT_WRITE", "USE_NEW_APPOINTMENT_LOGIC", "USE_NEW_DOCTOR_LOGIC", "USE_NEW_PATIENT_LOGIC"}) {
    set = {{name, "perhaps"}};
    CHECK_THROWS_AS(read(), Error);
  }
}

TEST_CASE("a cursor is what a page before gave, or nothing") {
  const auto place = read_cursor("2030-01-01T08:00:00Z~a~b");
  REQUIRE(place);
  CHECK(place->id == "a~b");
  for (const auto* text : {"", "~", "2030-01-01~a", "2030-13-01T08:00:00Z~a", "2030-01-01T08:00:00 ~a"}) CHECK_FALSE(read_cursor(text));
}

TEST_CASE("a moment is a real one, in UTC") {
  CHECK(service::is_instant("2028-02-29T23:59:59Z"));
  for (const auto* text : {"2027-02-29T08:00:00Z", "2028-01-01T24:00:00Z", "2028-01-01T08:00:60Z", "2028-01-01T08:00:00", "2028-01-01 08:00:00Z", "2028-01-01T08:00:0aZ"})
    CHECK_FALSE(service::is_instant(text));
}

namespace {

using namespace segue::traffic;

constexpr const char* ledger_text =
    R"({"at":"2026-01-01T00:00:00.000Z","op":"begin","ledger":"l","seed":1}
{"at":"2026-01-01T00:00:01.000Z","op":"ask","key":"k1","number":1,"table":"appointments","clinic":"c1","id":"","fields":{"doctor_id":"d","patient_id":"p","starts_at":"t","minutes":15,"status":"BOOKED"}}
{"at":"2026-01-01T00:00:02.000Z","op":"done","key":"k1","id":"a","variant":"old"}
{"at":"2026-01-01T00:00:03.000Z","op":"ask","key":"k2","number":2,"table":"appointments","clinic":"c1","id":"a","fields":{"status":"CANCELLED"}}
{"at":"2026-01-01T00:00:04.000Z","op":"lost","key":"k2"}
{"at":"2026-01-01T00:00:05.000Z","op":"ask","key":"k3","number":3,"table":"appointments","clinic":"c1","id":"","fields":{"doctor_id":"d","patient_id":"q","starts_at":"u","minutes":15,"status":"BOOKED"}}
{"at":"2026-01-01T00:00:06.000Z","op":"ask","key":"k4")";

ClinicRecord record_of(const std::string& more = {}) {
  ClinicRecord record;
  read_clinic_ledger(record, "ledger", more.empty() ? ledger_text : more);
  return record;
}

ClinicRows rows_as_told() {
  ClinicRows rows;
  rows.rows["a"] = {"appointments", "c1", {{"doctor_id", "d"}, {"patient_id", "p"}, {"starts_at", "t"}, {"minutes", 15}, {"status", "BOOKED"}}};
  return rows;
}

}  // namespace

TEST_CASE("the ledger of clinics is read back, but for a last line that a kill cut off") {
  const auto record = record_of();
  CHECK(record.last_line_cut);
  CHECK(record.asked == 3);
  CHECK(record.last_number == 3);
  CHECK(record.items.at("a").unsure.size() == 1);
  CHECK(record.open.size() == 2);
  std::string damaged = ledger_text;
  damaged.replace(damaged.find("\"done\""), 6, "\"dune\"");
  CHECK_THROWS_WITH_AS(record_of(damaged), doctest::Contains("ledger:3"), Error);
}

TEST_CASE("the audit of clinics finds each kind of difference, and nothing where there is none") {
  const auto record = record_of();
  CHECK(audit_clinics(record, rows_as_told()).differences.empty());
  auto rows = rows_as_told();
  rows.rows["a"].fields["status"] = "CANCELLED";                 // the answer was lost: either is right
  CHECK(audit_clinics(record, rows).differences.empty());
  rows.rows["a"].fields["status"] = "COMPLETED";
  CHECK(audit_clinics(record, rows).count(ClinicKind::altered) == 1);
  rows = rows_as_told();
  rows.rows["a"].clinic = "c2";
  CHECK(audit_clinics(record, rows).count(ClinicKind::foreign) == 1);
  CHECK(audit_clinics(record, {}).count(ClinicKind::missing) == 1);
  rows = rows_as_told();
  rows.rows["b"] = rows.rows["a"];
  CHECK(audit_clinics(record, rows).count(ClinicKind::unasked) == 1);
  rows.rows["b"].fields["patient_id"] = "q", rows.rows["b"].fields["starts_at"] = "u";  // the intent without an answer
  CHECK(audit_clinics(record, rows).differences.empty());
  rows.double_booked = {"a"};
  rows.of_two_clinics = {"a"};
  const auto report = audit_clinics(record, rows);
  CHECK(report.count(ClinicKind::double_booked) == 1);
  CHECK(report.count(ClinicKind::foreign) == 1);
}
