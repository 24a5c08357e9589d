#include <doctest/doctest.h>

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "reservations/booking.hpp"
#include "support/booking_database.hpp"
#include "support/booking_service.hpp"
#include "support/database.hpp"

using namespace segue;
using namespace std::literals;
using namespace segue::reservations;
using namespace tests;
namespace json = boost::json;

namespace {

int how_many(const std::vector<net::Response>& responses, int status) {
  int number = 0;
  for (const auto& response : responses) number += response.status == status;
  return number;
}

}  // namespace

TEST_CASE("64 bookings at once on one old limit end exactly full") {
  const auto url = old_database();
  BookingService service(url);
  const auto responses = service.book_all(std::vector(64, booking("BODY_CARE")));
  CHECK(how_many(responses, 200) == 5);
  CHECK(how_many(responses, 409) == 59);
  CHECK(pg::Connection(url).run("count", "select count(*) from reservations"_sql).integer() == 5);
  CHECK(how_many(service.book_all({booking("BODY_CARE", "2099-06-02"), booking("SKIN_CARE")}), 200) == 2);
  const auto left = body_of(service.get(fmt::format("/api/public/reservations/availability?service=BODY_CARE&date={}", monday)));
  CHECK(left.at("available").as_bool() == false);
  CHECK(left.at("remaining").as_int64() == 0);
  CHECK(left.at("variant").as_string() == "old");
}

TEST_CASE("64 bookings at once on one new period end exactly full, and other periods stay free") {
  const auto url = both_database();
  set_percent(url, 100);
  BookingService service(url);
  const auto responses = service.book_all(std::vector(64, booking("OTHER_CONSULTATION")));
  CHECK(how_many(responses, 200) == 7);  // of 25 minutes each in 180
  CHECK(how_many(responses, 409) == 57);
  for (const auto& response : responses)
    if (response.status == 200) CHECK(variant_of(response) == "new");
  const auto left = body_of(service.get(fmt::format("/api/public/reservations/availability?service=SKIN_CARE&date={}", monday)));
  CHECK(left.at("periods").as_array().size() == 2);
  CHECK(left.at("periods").at(0).at("remaining_minutes").as_int64() == 5);
  CHECK(left.at("periods").at(0).at("available").as_bool() == false);
  CHECK(left.at("available").as_bool() == true);
  CHECK(service.book(booking("SKIN_CARE", monday, "AFTERNOON")).status == 200);
  CHECK(body_of(service.book(booking("SKIN_CARE", sunday))).at("error").as_string() == "closed");
}

TEST_CASE("without the lock on the date the same statement overbooks") {
  const auto url = old_database();
  const auto parsed = parse_booking(json::serialize(booking("BODY_CARE")), *read_date("2099-01-01"));
  const auto book_one = [&](pg::Connection& db, bool locked) {
    const Booking wish{*parsed.request, "MORNING", random_uuid(), false};
    const auto queries = book({&wish}, Variant::old_model);
    if (locked) db.run(queries[0].name, queries[0].sql, queries[0].params);
    return read_bookings(db.run(queries[1].name, queries[1].sql, queries[1].params), {&wish}, Variant::old_model).front().kind == BookingAnswer::Kind::booked;
  };
  pg::Connection first(url), second(url);
  for (int i = 0; i < 4; ++i) CHECK(book_one(first, true));
  {
    pg::Transaction one(first);
    CHECK(book_one(first, false));
    CHECK(book_one(second, false));  // does not see it, and does not wait for it
    one.commit();
  }
  CHECK(first.run("count", "select count(*) from reservations"_sql).integer() == 6);  // one more than the limit
  CHECK(first.run("ledger", "select sum(change) from booked_per_day"_sql).integer() == 6);
  CHECK_FALSE(book_one(second, true));
}

TEST_CASE("with both paths live each booking keeps its own rule, whoever wrote the others") {
  const auto url = both_database();
  set_percent(url, 50);
  BookingService service(url);
  const std::string_view services[] = {"BODY_CARE", "OTHER_CONSULTATION", "SKIN_CARE"};
  std::set<std::string> by_new;
  // On one day the old path may have taken all the minutes before the new one had its first booking.
  for (const std::string_view date : {monday, "2099-06-08"sv, "2099-06-15"sv, "2099-06-22"sv}) {
    std::vector<json::object> wishes;
    for (int i = 0; i < 90; ++i) wishes.push_back(booking(services[i % 3], date, i % 2 == 0 ? "MORNING" : "AFTERNOON"));
    for (const auto& response : service.book_all(wishes))
      if (response.status == 200 && variant_of(response) == "new") by_new.insert(id_of(response));
  }
  // The lock makes transaction numbers follow the order of the bookings.
  const auto rows = pg::Connection(url).run("all", R"(
      select id, "preferredDate" || ' ' || service, "preferredDate" || ' ' || period, "estimatedDuration" from reservations order by xmin::text::bigint)"_sql);
  std::map<std::string, std::int64_t> booked, minutes;
  for (int row = 0; row < rows.rows(); ++row) {
    const auto count = ++booked[rows.text(row, 1)];
    const auto sum = minutes[rows.text(row, 2)] += rows.integer(row, 3);
    if (by_new.contains(rows.text(row, 0))) CHECK(sum <= (rows.text(row, 2).ends_with("MORNING") ? 180 : 240));
    else CHECK(count <= (rows.text(row, 1).ends_with("BODY_CARE") ? 5 : 10));
  }
  CHECK_FALSE(by_new.empty());
  CHECK(rows.rows() > static_cast<int>(by_new.size()));
}

TEST_CASE("a time that nobody can read is kept as text by the old path, and the same client stays on its side") {
  const auto url = both_database();
  set_percent(url, 100);
  BookingService service(url);
  auto wish = booking("SKIN_CARE");
  wish.erase("period");
  wish["preferred_time"] = "when the moon is full";
  const auto kept = service.book(wish);
  CHECK(variant_of(kept) == "old");
  CHECK(pg::Connection(url).run("time", R"(select "preferredTime" from reservations where id = $1)"_sql, {id_of(kept)}).text() == "when the moon is full");
  wish["preferred_time"] = "오후 3시";
  const auto read = service.book(wish);
  CHECK(variant_of(read) == "new");
  CHECK(body_of(read).at("reservation").at("period").as_string() == "AFTERNOON");
}

TEST_CASE("a service that has not heard of the last phase serves by the columns that are left") {
  const auto url = both_database();
  set_percent(url, 0);
  BookingService service(url);
  CHECK(variant_of(service.book(booking("SKIN_CARE"))) == "old");
  pg::Connection db(url);
  db.run("retire", "drop trigger fill on reservations"_sql);
  run_file(db, "plans/hospital-services/07-end-booked-per-day.sql");
  CHECK(variant_of(service.book(booking("SKIN_CARE"))) == "old");
  db.run_script("retire", R"(alter table reservations rename column service to "service_retired";
                             alter table reservations rename column "preferredTime" to "preferredTime_retired";
                             alter table reservations alter column "service_retired" drop not null;
                             alter table reservations alter column "preferredTime_retired" drop not null)"_sql);
  const auto responses = service.book_all({booking("SKIN_CARE"), booking("OTHER_CONSULTATION")});
  CHECK(how_many(responses, 200) == 2);
  for (const auto& response : responses) CHECK(variant_of(response) == "new");
  CHECK(body_of(service.get("/health")).at("schema").as_string() == "new");
  CHECK(variant_of(service.get("/api/admin/reservations?date=" + std::string(monday))) == "new");
}

TEST_CASE("a status goes forward only, and a cancelled reservation gives its place back for good") {
  BookingService service(old_database());
  const auto booked = service.book_all(std::vector(5, booking("BODY_CARE")));
  const auto id = id_of(booked.front());
  const auto set = [&](std::string_view status) { return service.set_status(id, status); };
  CHECK(set("COMPLETED").status == 409);
  CHECK(set("CONFIRMED").status == 200);
  CHECK(set("CONFIRMED").status == 200);
  CHECK(set("CANCELLED").status == 200);
  const auto refused = set("CONFIRMED");
  CHECK(refused.status == 409);
  CHECK(body_of(refused).at("status").as_string() == "CANCELLED");
  CHECK(set("PENDING").status == 400);
  CHECK(service.set_status("nobody", "CONFIRMED").status == 404);
  CHECK(service.book(booking("BODY_CARE")).status == 200);
  CHECK(service.book(booking("BODY_CARE")).status == 409);
}

TEST_CASE("what is not right is refused with the code that says why") {
  BookingService service(old_database());
  CHECK(service.book(booking("NO_SUCH_SERVICE")).status == 400);
  CHECK(body_of(service.book({})).at("fields").as_array().size() == 8);
  CHECK(service.ask("POST", "/api/public/reservations", "{", {{"Content-Type", "application/json"}}).status == 400);
  CHECK(service.ask("POST", "/api/public/reservations", "a=b", {}).status == 415);
  CHECK(service.get("/api/public/reservations").status == 405);
  CHECK(service.get("/elsewhere").status == 404);
  CHECK(service.get("/api/public/reservations/availability?service=SKIN_CARE&date=soon").status == 400);
  CHECK(service.ask("GET", "/api/admin/reservations", "", {}).status == 401);
  CHECK(service.ask("GET", "/api/admin/reservations", "", {{"Authorization", "Bearer wrong"}}).status == 401);
  CHECK(service.get("/api/admin/reservations").status == 200);
  CHECK(service.get("/metrics").body.find("reservations_requests_total{route=\"book\",variant=\"old\",status=\"4xx\"} 1") != std::string::npos);
}

TEST_CASE("a restart of the database is 503 for a while, then service goes on without a lost booking") {
  pg::Embedded server(pg::EmbeddedOptions{.directory = "", .durable = true, .outlive = false, .settings = {}});
  run_file(*std::make_unique<pg::Connection>(server.url()), "apps/reservations/old_schema.sql");
  BookingService service(server.url());
  std::set<std::string> booked{id_of(service.book(booking("SKIN_CARE")))};
  server.crash_and_restart();
  for (int i = 0; i < 300 && booked.size() < 4; ++i) {
    const auto response = service.book(booking("SKIN_CARE"));
    if (response.status == 200) booked.insert(id_of(response));
    else CHECK(response.status == 503);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(booked.size() == 4);
  CHECK(pg::Connection(server.url()).run("count", "select count(*) from reservations"_sql).integer() == 4);
  CHECK(body_of(service.get("/health")).at("database").as_bool());
  server.stop();
  CHECK(how_many(service.book_all(std::vector(8, booking("SKIN_CARE"))), 503) == 8);
  CHECK(service.get("/health").status == 503);
}
