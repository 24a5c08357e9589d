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
  return {std::move(id), std::move(status), day, "BODY_CARE", "MORNING", 60, created};
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
    record.bookings[found.id] = {found.id, day, "BODY_CARE", "new", variant, status};
    clinic.rows.push_back(found);
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

TEST_CASE("a status may go on from the acknowledged one, never back") {
  const std::string statuses[] = {"PENDING", "CONFIRMED", "CANCELLED", "COMPLETED", "NO_SHOW"};
  const std::map<std::string, std::string> refused = {{"PENDING", ""}, {"CONFIRMED", "PENDING"},
                                                      {"CANCELLED", "PENDING CONFIRMED COMPLETED NO_SHOW"}};
  for (const auto& [told, never] : refused)
    for (const auto& found : statuses) {
      Case c;
      c.told(row("a", 2000, found), "old", told);
      CHECK_MESSAGE(audit(c.record, c.clinic).count(Kind::wrong_status) == (never.find(found) == never.npos ? 0 : 1), told, " ", found);
    }
}

TEST_CASE("a row nobody asked for counts from the first line of the ledger on") {
  Case c;
  c.clinic.rows = {row("before", 999), row("during", 1000)};
  const auto report = audit(c.record, c.clinic);
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].kind == Kind::unasked);
  CHECK(report.differences[0].id == "during");
  c.record.lost_bookings = 1;
  CHECK(audit(c.record, c.clinic).differences.empty());
  CHECK(audit(c.record, c.clinic).excused == 1);
  c.clinic.rows.push_back(row("another", 1001));
  CHECK(audit(c.record, c.clinic).count(Kind::unasked) == 2);
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
  c.record.bookings["cancelled"] = {"cancelled", day, "BODY_CARE", "new", "new", "CANCELLED"};
  CHECK(audit(c.record, c.clinic).differences.empty());
  c.told(row("fourth", 3000), "new");
  const auto report = audit(c.record, c.clinic);
  CHECK(report.count(Kind::over_minutes) == 1);
  CHECK(report.count(Kind::path_over_minutes) == 1);
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
  auto evening = row("a", 2000);
  evening.period = "AFTERNOON";
  c.told(evening, "new");
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
