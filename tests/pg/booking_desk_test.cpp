// Bookings that share a transaction: each gets its own answer, and none pays for another's fault.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <random>

#include "reservations/booking.hpp"
#include "service/idempotency.hpp"
#include "support/booking_database.hpp"
#include "support/booking_service.hpp"

using namespace segue;
using namespace segue::reservations;
using namespace tests;
namespace json = boost::json;

namespace {

std::int64_t rows(const std::string& url) { return pg::Connection(url).run("count", "select count(*) from reservations"_sql).integer(); }

std::string error_of(const net::Response& response) {
  const auto body = body_of(response);
  return body.contains("error") ? std::string(body.at("error").as_string()) : "";
}

std::map<std::string, int> outcomes(const std::vector<net::Response>& responses) {
  std::map<std::string, int> number;
  for (const auto& response : responses) ++number[response.status == 200 ? "booked" : error_of(response)];
  return number;
}

net::Response book_with_key(BookingService& service, const json::object& wish, std::string key, std::string client = "one") {
  return service.ask("POST", "/api/public/reservations", json::serialize(wish),
                     {{"Content-Type", "application/json"}, {"X-Client-Id", std::move(client)}, {"Idempotency-Key", std::move(key)}});
}

bool is_repeated(const net::Response& response) { return response.status == 200 && body_of(response).contains("repeated"); }

// Sends a booking and hangs up.
void book_and_leave(std::uint16_t port, const json::object& wish, const std::string& key) {
  const auto body = json::serialize(wish);
  const auto request = fmt::format("POST /api/public/reservations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Client-Id: one\r\n"
                                   "Idempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{}", key, body.size(), body);
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  boost::asio::write(socket, boost::asio::buffer(request));
}

}  // namespace

TEST_CASE("each booking of a batch gets its own answer, in both paths") {
  for (const int percent : {0, 100}) {
    const auto url = both_database();
    set_percent(url, percent);
    BookingService service(url);
    std::vector<json::object> wishes;
    for (int i = 0; i < 16; ++i) {
      wishes.push_back(booking("BODY_CARE"));
      wishes.push_back(booking("NO_SUCH_SERVICE"));
      wishes.push_back(booking("SKIN_CARE", sunday));
      wishes.push_back(booking("OTHER_CONSULTATION", monday, "AFTERNOON"));
    }
    const auto was = outcomes(service.book_all(wishes));
    const bool old_path = percent == 0;
    CHECK(was.at("invalid_service") == 16);
    CHECK(was.at("booked") == (old_path ? 5 + 10 + 10 : 3 + 9));  // 60 in 180 minutes; 25 in 240
    CHECK(was.at("full") == 48 - was.at("booked") - (old_path ? 0 : 16));
    CHECK((old_path || was.at("closed") == 16));
    CHECK(rows(url) == was.at("booked"));
  }
}

TEST_CASE("64 clients on one slot, half of them on each path, end exactly full") {
  const auto url = both_database();
  set_percent(url, 50);
  BookingService service(url);
  const auto responses = service.book_all(std::vector(64, booking("BODY_CARE")));
  CHECK(outcomes(responses) == std::map<std::string, int>{{"booked", 5}, {"full", 59}});
  pg::Connection db(url);
  CHECK(db.run("day", "select sum(change) from booked_per_day"_sql).integer() == 5);
  CHECK(db.run("period", "select sum(change) from booked_per_period"_sql).integer() == 300);
}

TEST_CASE("full is only said when there is no room, whatever stands beside it in the batch") {
  std::minstd_rand random(7);
  const std::map<std::string, int> minutes{{"OTHER_CONSULTATION", 25}, {"WRINKLE_BOTOX", 40}, {"VOLUME_LIFTING", 60}, {"SKIN_CARE", 70}};
  for (int round = 0; round < 6; ++round) {
    const auto url = both_database();
    set_percent(url, 100);
    BookingService service(url);
    std::vector<json::object> wishes;
    for (int i = 0; i < 40; ++i) wishes.push_back(booking(std::next(minutes.begin(), static_cast<int>(random() % 4))->first, monday, i % 2 == 0 ? "MORNING" : "AFTERNOON"));
    const auto responses = service.book_all(wishes);
    std::map<std::string, int> left{{"MORNING", 180}, {"AFTERNOON", 240}};
    const auto size_of = [&](std::size_t i) { return minutes.at(std::string(wishes[i].at("service").as_string())); };
    const auto period_of = [&](std::size_t i) { return std::string(wishes[i].at("period").as_string()); };
    for (std::size_t i = 0; i < wishes.size(); ++i)
      if (responses[i].status == 200) left[period_of(i)] -= size_of(i);
    for (const auto& [period, minutes_left] : left) CHECK(minutes_left >= 0);
    for (std::size_t i = 0; i < wishes.size(); ++i)
      if (responses[i].status != 200) CHECK(size_of(i) > left.at(period_of(i)));
  }
}

TEST_CASE("who is kept out only by a refused neighbour is asked again, not refused") {
  const auto url = both_database();
  const auto parsed = [](std::string_view service) { return *parse_booking(json::serialize(booking(service)), *read_date("2099-01-01")).request; };
  std::vector<Booking> bookings;
  for (const auto* service : {"SKIN_CARE", "SKIN_CARE", "VOLUME_LIFTING", "OTHER_CONSULTATION", "WRINKLE_BOTOX", "VOLUME_LIFTING"})
    bookings.push_back({parsed(service), "MORNING", random_uuid(), false});
  std::vector<const Booking*> all;
  for (const auto& one : bookings) all.push_back(&one);
  const auto queries = book(all, Variant::new_model);
  pg::Connection db(url);
  std::vector<BookingAnswer::Kind> kinds;
  for (const auto& answer : read_bookings(db.run(queries[1].name, queries[1].sql, queries[1].params), all, Variant::new_model)) kinds.push_back(answer.kind);
  using Kind = BookingAnswer::Kind;
  CHECK(kinds == std::vector{Kind::booked, Kind::booked, Kind::full, Kind::undecided, Kind::undecided, Kind::full});  // 140 of 180 taken
}

TEST_CASE("a booking that the database refuses does not take its neighbours with it") {
  const auto url = old_database();
  pg::Connection(url).run("rule", "alter table reservations add constraint calm check (notes is distinct from 'poison')"_sql);
  BookingService service(url);
  std::vector<json::object> wishes(40, booking("SKIN_CARE"));
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    wishes[i]["preferred_date"] = fmt::format("2099-06-{:02}", 1 + i % 20);
    if (i % 10 == 9) wishes[i]["notes"] = "poison";
  }
  const auto responses = service.book_all(wishes);
  for (std::size_t i = 0; i < wishes.size(); ++i) CHECK(responses[i].status == (i % 10 == 9 ? 500 : 200));
  CHECK(rows(url) == 36);
}

TEST_CASE("a lost deadlock is no answer: the batch is sent again, and not for ever") {
  const auto url = old_database();
  pg::Connection(url).run_script("trouble", R"(
    create sequence tries;
    create function trouble() returns trigger language plpgsql as $$
    begin
      if nextval('tries') % 3 <> 0 or new.notes = 'always' then raise exception using errcode = '40P01'; end if;
      return new;
    end $$;
    create trigger trouble before insert on reservations for each row execute function trouble())"_sql);
  BookingService service(url);
  CHECK(service.book(booking("SKIN_CARE")).status == 200);
  auto wish = booking("SKIN_CARE");
  wish["notes"] = "always";
  CHECK(service.book(wish).status == 500);
  CHECK(rows(url) == 1);
}

TEST_CASE("a repetition with the same Idempotency-Key finds its reservation, in both paths and across a change of the flag") {
  const auto url = both_database();
  set_percent(url, 0);
  BookingService service(url);
  auto wish = booking("BODY_CARE");
  const auto first = book_with_key(service, wish, "key-1");
  CHECK(first.status == 200);
  CHECK_FALSE(is_repeated(first));
  const auto again = book_with_key(service, wish, "key-1");
  CHECK(is_repeated(again));
  CHECK(id_of(again) == id_of(first));
  CHECK(id_of(first) == service::id_of_key("key-1", "one"));
  CHECK(body_of(again).at("reservation") == body_of(first).at("reservation"));
  for (const auto& [field, value] : {std::pair{"phone", "010-0000-0002"}, {"preferred_date", "2099-06-02"}, {"service", "SKIN_CARE"},
                                     {"period", "AFTERNOON"}, {"notes", "another"}}) {
    auto other = wish;
    other[field] = value;
    const auto refused = book_with_key(service, other, "key-1");
    CHECK(refused.status == 422);
    CHECK(error_of(refused) == "idempotency_mismatch");
  }
  CHECK(id_of(book_with_key(service, wish, "key-1", "two")) != id_of(first));
  for (int i = 0; i < 3; ++i) CHECK(service.book(wish).status == 200);
  CHECK(is_repeated(book_with_key(service, wish, "key-1")));  // the day is full by now, and still it is this client's
  CHECK(error_of(book_with_key(service, wish, "key-2")) == "full");
  set_percent(url, 100);
  while (variant_of(service.get(fmt::format("/api/public/reservations/availability?service=BODY_CARE&date={}", monday))) != "new") {}
  const auto other_path = book_with_key(service, wish, "key-1");
  CHECK(is_repeated(other_path));
  CHECK(variant_of(other_path) == "new");
  CHECK(id_of(other_path) == id_of(first));
  CHECK(book_with_key(service, wish, "").status == 400);
  CHECK(book_with_key(service, wish, std::string(201, 'x')).status == 400);
  CHECK(book_with_key(service, wish, "two words").status == 400);
  CHECK(rows(url) == 5);
}

TEST_CASE("a retry after a lost answer does not book twice, and neither do eight at once") {
  const auto url = old_database();
  BookingService service(url);
  book_and_leave(service.port(), booking("SKIN_CARE"), "lost");
  while (rows(url) == 0) service.get("/health");
  CHECK(is_repeated(book_with_key(service, booking("SKIN_CARE"), "lost")));
  for (int i = 0; i < 8; ++i) book_and_leave(service.port(), booking("BODY_CARE"), "many");
  auto moved = booking("BODY_CARE", "2099-06-02");
  book_and_leave(service.port(), moved, "many");
  CHECK(book_with_key(service, booking("BODY_CARE"), "many").status == 200);
  CHECK(rows(url) == 2);
}

TEST_CASE("two services that get the same key for different dates at once book one, and tell the other so") {
  const auto url = old_database();
  pg::Connection db(url);
  const auto parsed = [](std::string_view date) { return *parse_booking(json::serialize(booking("SKIN_CARE", date)), *read_date("2099-01-01")).request; };
  BookingService service(url);
  {
    pg::Transaction elsewhere(db);
    const Booking wish{parsed("2099-06-03"), "MORNING", service::id_of_key("raced", "one"), true};
    for (const auto& query : book({&wish}, Variant::old_model)) db.run(query.name, query.sql, query.params);
    book_and_leave(service.port(), booking("SKIN_CARE"), "raced");
    pg::Connection watch(url);
    while (watch.run("wait", "select not exists (select from pg_locks where not granted)"_sql).boolean()) service.get("/metrics");
    elsewhere.commit();
  }
  CHECK(book_with_key(service, booking("SKIN_CARE"), "raced").status == 422);
  CHECK(is_repeated(book_with_key(service, booking("SKIN_CARE", "2099-06-03"), "raced")));
  CHECK(rows(url) == 1);
}

TEST_CASE("a date that has gone by has no room left, by the clinic's own calendar") {
  const auto url = both_database();
  for (const int percent : {0, 100}) {
    set_percent(url, percent);
    BookingService service(url);
    const auto yesterday = service::LocalClock("Asia/Seoul").date_at(std::chrono::system_clock::now() - std::chrono::hours(24));
    const auto left = body_of(service.get("/api/public/reservations/availability?service=SKIN_CARE&date=" + text_of(yesterday)));
    CHECK(left.at("available").as_bool() == false);
    CHECK(left.at("remaining").as_int64() == 0);
    CHECK(left.at("reason").as_string() == "past");
  }
}

TEST_CASE("availability and booking go by the ledger, and by the reservations where it is not filled") {
  const auto url = both_database();
  pg::Connection db(url);
  for (const int percent : {0, 100}) {
    set_percent(url, percent);
    BookingService service(url);
    const std::string date = percent == 0 ? "2099-06-03" : "2099-06-04";
    db.run_script("fill", R"(insert into booked_per_day ("preferredDate", service, change) select * from booked_per_day_missing();
                             insert into booked_per_period ("preferredDate", period, change) select * from booked_per_period_missing())"_sql);
    const auto remaining = [&] {
      return body_of(service.get("/api/public/reservations/availability?service=BODY_CARE&period=MORNING&date=" + date)).at("remaining").as_int64();
    };
    CHECK(service.book(booking("BODY_CARE", date)).status == 200);
    CHECK(remaining() == (percent == 0 ? 4 : 120));
    db.run_script("lie", R"(update booked_per_day set change = 5 where change <> 0; update booked_per_period set change = 180 where change <> 0)"_sql);
    CHECK(remaining() == 0);
    CHECK(error_of(service.book(booking("BODY_CARE", date))) == "full");
    db.run_script("forget", "delete from booked_per_day where change = 0; delete from booked_per_period where change = 0"_sql);
    CHECK(remaining() == (percent == 0 ? 4 : 120));
    CHECK(service.book(booking("BODY_CARE", date)).status == 200);
    CHECK(remaining() == (percent == 0 ? 3 : 60));
  }
}
