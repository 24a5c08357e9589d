#include "reservations/booking_request.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <random>
#include <set>

using namespace segue;
using namespace segue::reservations;
namespace json = boost::json;

namespace {

const Date today = *read_date("2025-11-20");

json::object good() {
  return {{"patient_name", "홍길동"}, {"phone", "010-0000-0001"}, {"birth_date", "1990-01-01"}, {"gender", "FEMALE"},
          {"treatment_type", "FIRST_VISIT"}, {"service", "SKIN_CARE"}, {"preferred_date", "2025-12-01"}, {"preferred_time", "10:00"}};
}

ParsedBooking parse(const json::object& body) { return parse_booking(json::serialize(body), today); }

std::set<std::string> fields(const ParsedBooking& parsed) {
  std::set<std::string> names;
  for (const auto& problem : parsed.problems) names.insert(problem.field);
  return names;
}

ParsedBooking with(std::string_view field, const json::value& value) {
  auto body = good();
  body[field] = value;
  return parse(body);
}

}  // namespace

TEST_CASE("a complete booking is read, whichever form of time it has") {
  const auto old_form = parse(good());
  REQUIRE(old_form.request);
  CHECK(old_form.request->patient_name == "홍길동");
  CHECK(old_form.request->preferred_time == "10:00");
  CHECK_FALSE(old_form.request->period);
  auto body = good();
  body.erase("preferred_time");
  body["period"] = "AFTERNOON";
  body["notes"] = "two lines\nof text";
  const auto new_form = parse(body);
  REQUIRE(new_form.request);
  CHECK(new_form.request->period == "AFTERNOON");
  CHECK(new_form.request->notes == "two lines\nof text");
}

TEST_CASE("an empty object names every required field") {
  CHECK(fields(parse({})) == std::set<std::string>{"patient_name", "phone", "birth_date", "gender", "treatment_type", "service",
                                                   "preferred_date", "preferred_time"});
}

TEST_CASE("all offending fields are named, not only the first") {
  auto body = good();
  body["phone"] = "none of your business";
  body["gender"] = "female";
  body["birth_date"] = "1990-02-30";
  body["email"] = "nobody";
  body["period"] = "NOON";
  CHECK(fields(parse(body)) == std::set<std::string>{"phone", "gender", "birth_date", "email", "period"});
}

TEST_CASE("dates are real calendar dates, and bookings are for today or later") {
  CHECK(with("preferred_date", "2025-11-20").request);
  CHECK(with("preferred_date", "2028-02-29").request);
  for (const auto* wrong : {"2025-11-19", "2026-02-29", "2026-13-01", "2026-1-01", "01-12-2025", "2026-12-01T10:00", "+026-12-01", "tomorrow"})
    CHECK(fields(with("preferred_date", wrong)) == std::set<std::string>{"preferred_date"});
  CHECK(fields(with("birth_date", "2025-11-21")) == std::set<std::string>{"birth_date"});
}

TEST_CASE("fields of another type and control characters are refused") {
  CHECK(fields(with("patient_name", 7)) == std::set<std::string>{"patient_name"});
  CHECK(fields(with("notes", json::array{})) == std::set<std::string>{"notes"});
  CHECK(fields(with("patient_name", json::string("a\0b", 3))) == std::set<std::string>{"patient_name"});
  CHECK(fields(with("service", json::string(65, 'X'))) == std::set<std::string>{"service"});
  CHECK(with("notes", nullptr).request);
}

TEST_CASE("what is not a JSON object is malformed, and no bytes make the reader fail") {
  for (const auto* text : {"", "[]", "null", "{", "{\"a\":}", "\xff"}) CHECK(parse_booking(text, today).malformed);
  std::mt19937_64 random(42);
  const auto valid = json::serialize(good());
  for (int i = 0; i < 5000; ++i) {
    auto text = valid;
    for (int change = 0; change < 3; ++change) text[random() % text.size()] = static_cast<char>(random());
    const auto parsed = parse_booking(text, today);
    CHECK(static_cast<int>(parsed.malformed) + static_cast<int>(parsed.request.has_value()) + static_cast<int>(!parsed.problems.empty()) == 1);
  }
}

TEST_CASE("a problem never repeats the patient's value") {
  for (const auto& problem : with("phone", "secret-number").problems) CHECK(problem.problem.find("secret") == std::string::npos);
}

TEST_CASE("a typed time becomes a period only where it can be read") {
  CHECK(period_of("11:59") == "MORNING");
  CHECK(period_of("12:00") == "AFTERNOON");
  CHECK(period_of("오후 2시") == "AFTERNOON");
  CHECK_FALSE(period_of("whenever you like"));
  CHECK(time_of_period("MORNING") == "09:00");
  CHECK(time_of_period("AFTERNOON") == "14:00");
}

TEST_CASE("today is the clinic's today") {
  using namespace std::chrono;
  const auto time = sys_days(2025y / 11 / 20) + hours(16);
  CHECK(text_of(service::LocalClock("Asia/Seoul").date_at(time)) == "2025-11-21");
  CHECK(text_of(service::LocalClock("America/New_York").date_at(time)) == "2025-11-20");
  CHECK_THROWS(service::LocalClock("Mars/Olympus"));
}
