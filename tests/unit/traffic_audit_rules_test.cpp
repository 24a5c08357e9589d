#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "traffic/audit.hpp"

using namespace segue::traffic;

namespace {

// 2026-04-01 is a Wednesday.
const std::string day = "2026-04-01";

Row row(std::string id, std::int64_t created, std::string status = "PENDING") {
  return {std::move(id), std::move(status), day, "BODY_CARE", "MORNING", "", 60, created};
}

struct Case {
  Record record;
  Clinic clinic;
  Case() {
    record.lines = 1;
    record.first = decltype(record.first)(std::chrono::milliseconds(1000));
    clinic.limits = {{"BODY_CARE", 5}};
    clinic.slots = {{{3, "MORNING"}, 180}};
  }
  void told(const Row& found, const std::string& variant, const std::string& status = "PENDING") {
    know(found.id, variant, status);
    clinic.rows.push_back(found);
  }
  Booking& know(const std::string& id, const std::string& variant, const std::string& status) {
    Booking booking;
    booking.key = "key-of-" + id;
    booking.asked = {day, "BODY_CARE", "new", "MORNING"};
    booking.told = {id, variant, status, day, "", "", 0, false};
    booking.status = status;
    return record.bookings[id] = booking;
  }
  // An intent of second 1 that became nothing anybody knows of, or `id` after two tries.
  void intent(const std::string& key, Intent::Outcome outcome, const std::string& id = "") {
    Intent intent;
    intent.outcome = outcome;
    intent.asked = {day, "BODY_CARE", "new", "MORNING"};
    intent.asked_at = intent.ended_at = Time(std::chrono::milliseconds(1000));
    intent.id = id;
    intent.tries = 2;
    record.intents[key] = intent;
  }
  Difference only() {
    const auto report = audit(record, clinic);
    REQUIRE(report.differences.size() == 1);
    return report.differences.front();
  }
};

}  // namespace

TEST_CASE("a booking the database does not have is missing") {
  Case c;
  c.told(row("a", 2000), "old");
  c.clinic.rows.clear();
  const auto report = audit(c.record, c.clinic);
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].kind == Kind::missing);
  CHECK(report.differences[0].id == "a");
}

TEST_CASE("a row shows the acknowledged status, or one that was asked for and never answered") {
  const std::string statuses[] = {"PENDING", "CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"};
  for (const auto& told : statuses)
    for (const auto& unsure : statuses)
      for (const auto& found : statuses) {
        Case c;
        c.told(row("a", 2000, found), "old", told);
        CHECK_MESSAGE(audit(c.record, c.clinic).count(Kind::wrong_status) == (found == told ? 0 : 1), told, " ", found);
        c.record.bookings["a"].unsure = {unsure};
        CHECK(audit(c.record, c.clinic).count(Kind::wrong_status) == (found == told || found == unsure ? 0 : 1));
      }
}

TEST_CASE("a change acknowledged in a wrong order is a difference even if the row shows the last one") {
  Case c;
  c.told(row("a", 2000, "CONFIRMED"), "old", "CONFIRMED");
  c.record.bookings["a"].disorder = "CANCELLED, then CONFIRMED";
  CHECK(c.only().kind == Kind::wrong_status);
}

TEST_CASE("every part of what was asked for and told is compared with what is stored") {
  const auto altered = [](auto change) {
    Case c;
    c.told(row("a", 2000), "new");
    c.record.bookings["a"].told.period = "MORNING";
    c.record.bookings["a"].told.minutes = 60;
    c.record.bookings["a"].told.time = "9 in the morning";
    c.clinic.rows[0].time = "9 in the morning";
    CHECK(audit(c.record, c.clinic).differences.empty());
    change(c.record.bookings["a"], c.clinic.rows[0]);
    return audit(c.record, c.clinic).count(Kind::altered);
  };
  CHECK(altered([](Booking&, Row& found) { found.date = "2026-04-02"; }) == 1);
  CHECK(altered([](Booking&, Row& found) { found.service = "SKIN_CARE"; }) == 1);
  CHECK(altered([](Booking&, Row& found) { found.period = "AFTERNOON"; }) == 1);
  CHECK(altered([](Booking&, Row& found) { found.minutes = 30; }) == 1);
  CHECK(altered([](Booking&, Row& found) { found.time = "10 in the morning"; }) == 1);
  CHECK(altered([](Booking& known, Row&) { known.told.date = "2026-04-02"; }) == 1);
  CHECK(altered([](Booking& known, Row&) { known.told.period = "AFTERNOON"; }) == 1);
  // Columns that are not there, or not any more, are no difference.
  CHECK(altered([](Booking&, Row& found) { found.period = found.time = found.service = ""; found.minutes = 0; }) == 0);
}

TEST_CASE("a row nobody asked for counts from the first line of the ledger on") {
  Case c;
  c.clinic.rows = {row("before", 999), row("during", 1000)};
  CHECK(c.only().kind == Kind::unasked);
  CHECK(c.only().id == "during");
}

TEST_CASE("an intent without an answer stands for one row of what it asked for") {
  for (const auto outcome : {Intent::Outcome::open, Intent::Outcome::lost}) {
    Case c;
    c.clinic.rows = {row("unknown", 1500)};
    c.intent("key-1", outcome);
    CHECK(audit(c.record, c.clinic).differences.empty());
    CHECK(audit(c.record, c.clinic).excused == 1);
    c.clinic.rows.push_back(row("another", 1501));
    CHECK(c.only().kind == Kind::unasked);
    c.clinic.rows = {row("unknown", 1500)};
    c.clinic.rows[0].service = "SKIN_CARE";
    CHECK(c.only().kind == Kind::unasked);
    c.clinic.rows[0] = row("unknown", 1500);
    c.clinic.rows[0].period = "AFTERNOON";
    CHECK(c.only().kind == Kind::unasked);
  }
}

TEST_CASE("a second row of an intent that was sent twice is a doubled booking") {
  Case c;
  c.told(row("a", 1500), "new");
  c.intent("key-of-a", Intent::Outcome::booked, "a");
  CHECK(audit(c.record, c.clinic).differences.empty());
  c.clinic.rows.push_back(row("b", 1400));
  CHECK(c.only().kind == Kind::doubled);
  CHECK(c.only().id == "b");
  c.record.intents["key-of-a"].tries = 1;
  CHECK(c.only().kind == Kind::unasked);
}

TEST_CASE("a count that has drifted from the reservations is named by its slot") {
  Case c;
  c.clinic.day_drift = {{"2026-04-01 BODY_CARE", 3, 2}};
  c.clinic.period_drift = {{"2026-04-01 MORNING", 60, 120}};
  const auto report = audit(c.record, c.clinic);
  REQUIRE(report.differences.size() == 2);
  CHECK(report.count(Kind::day_ledger) == 1);
  CHECK(report.differences[0].id == "2026-04-01 BODY_CARE");
  CHECK(report.differences[1].detail == "booked_per_period says 60 minutes, there are 120");
}

TEST_CASE("the old path counts what was there before, of both paths, and not what came later") {
  Case c;
  for (int i = 0; i < 5; ++i) c.told(row("old" + std::to_string(i), 2000 + i), "old");
  CHECK(audit(c.record, c.clinic).differences.empty());
  c.clinic.slots->begin()->second = 1000;
  c.told(row("later", 3000), "new");
  CHECK(audit(c.record, c.clinic).differences.empty());          // six, but the sixth came by the other rule
  c.told(row("seventh", 4000), "old");
  const auto report = audit(c.record, c.clinic);
  CHECK(report.count(Kind::over_count) == 1);
  CHECK(report.differences[0].id == "seventh");
  CHECK(report.count(Kind::path_over_count) == 1);
}

TEST_CASE("the new path counts minutes, its own included") {
  Case c;
  for (int i = 0; i < 3; ++i) c.told(row("new" + std::to_string(i), 2000 + i), "new");
  CHECK(audit(c.record, c.clinic).differences.empty());          // 180 of 180
  c.clinic.rows.push_back(row("cancelled", 1990, "CANCELLED"));
  c.know("cancelled", "new", "CANCELLED");
  CHECK(audit(c.record, c.clinic).differences.empty());
  c.told(row("fourth", 3000), "new");
  const auto report = audit(c.record, c.clinic);
  CHECK(report.count(Kind::over_minutes) == 1);
  CHECK(report.count(Kind::path_over_minutes) == 1);
}

TEST_CASE("a booking acknowledged to a repeat may be of either path: it is too many only where both had no room") {
  Case c;
  for (int i = 0; i < 3; ++i) c.told(row("new" + std::to_string(i), 2000 + i), "new");
  c.told(row("fourth", 3000), "new");
  CHECK(audit(c.record, c.clinic).count(Kind::over_minutes) == 1);
  c.record.bookings["fourth"].told.repeated = true;              // the old path has room for five
  CHECK(audit(c.record, c.clinic).differences.empty());
  c.clinic.limits = {{"BODY_CARE", 3}};
  CHECK(c.only().kind == Kind::over_minutes);
  CHECK(c.only().id == "fourth");
}

TEST_CASE("bookings of one millisecond are caught by the sum of the path") {
  Case c;
  for (int i = 0; i < 4; ++i) c.told(row("new" + std::to_string(i), 2000), "new");
  const auto report = audit(c.record, c.clinic);
  CHECK(report.count(Kind::over_minutes) == 0);
  CHECK(report.count(Kind::path_over_minutes) == 1);
}

TEST_CASE("a closed period holds no booking of the new path") {
  Case c;
  auto afternoon = row("a", 2000);
  afternoon.period = "AFTERNOON";
  c.told(afternoon, "new");
  CHECK(audit(c.record, c.clinic).count(Kind::over_minutes) == 1);
}

TEST_CASE("a rule whose table is gone is named as not checkable, if anybody was accepted by it") {
  Case c;
  c.clinic.limits.reset();
  CHECK(audit(c.record, c.clinic).not_checkable.empty());
  c.told(row("a", 2000), "old");
  CHECK(audit(c.record, c.clinic).not_checkable.size() == 1);
  c.clinic.slots.reset();
  c.told(row("b", 2001), "new");
  CHECK(audit(c.record, c.clinic).not_checkable.size() == 2);
}

TEST_CASE("whatever is booked and cancelled under the rules of both paths leaves no difference, one more does") {
  std::mt19937_64 random(17);
  for (int round = 0; round < 100; ++round) {
    Case c;
    std::int64_t time = 2000;
    const auto active = [&] {
      return std::count_if(c.clinic.rows.begin(), c.clinic.rows.end(), [](const Row& r) { return r.is_active(); });
    };
    for (int i = 0; i < 60; ++i, ++time) {
      if (random() % 3 == 0 && !c.clinic.rows.empty()) {
        auto& gone = c.clinic.rows[random() % c.clinic.rows.size()];
        gone.status = c.record.bookings[gone.id].status = "CANCELLED";
        continue;
      }
      const bool old_path = random() % 2 == 0;
      if (old_path ? active() < 5 : (active() + 1) * 60 <= 180) c.told(row(std::to_string(i), time), old_path ? "old" : "new");
    }
    CHECK(audit(c.record, c.clinic).differences.empty());
    while (active() <= 5) c.told(row("x" + std::to_string(time), time), "old"), ++time;
    CHECK(audit(c.record, c.clinic).count(Kind::over_count) == 1);
  }
}
