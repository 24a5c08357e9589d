#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <set>

#include "base/error.hpp"
#include "reservations/administration.hpp"
#include "service/body.hpp"
#include "service/cross_origin.hpp"
#include "service/rate_limit.hpp"
#include "reservations/routes.hpp"
#include "reservations/services.hpp"
#include "reservations/switches.hpp"

using namespace segue;
using namespace segue::reservations;
using namespace segue::service;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

net::Request from(std::string peer, net::Headers headers = {}) {
  net::Request request;
  request.peer = std::move(peer);
  request.headers = std::move(headers);
  return request;
}

net::Request posting(std::string body, std::string type = "application/json") {
  auto request = from("", {{"Content-Type", std::move(type)}});
  request.body = std::move(body);
  return request;
}

std::set<std::string> wrong_fields(const Body& body) {
  std::set<std::string> names;
  if (!body.refused) return names;
  const auto refused = json::parse(body.refused->body);
  for (const auto& field : refused.at("fields").as_array()) names.insert(std::string(field.as_string()));
  return names;
}

std::string header(const net::Response& response, std::string_view name) {
  return std::string(net::find_header(response.headers, name).value_or("-"));
}

}  // namespace

TEST_CASE("a path leads to its route, its other methods are named, and HEAD is GET") {
  const auto status = find_route(routes(), "POST", "/api/admin/reservations/r%1/status", false);
  REQUIRE(status.route != nullptr);
  CHECK(status.route->name == "status");
  CHECK(status.parts == std::vector<std::string>{"r%1"});
  CHECK(find_route(routes(), "HEAD", "/health", false).route->name == "health");
  const auto wrong = find_route(routes(), "DELETE", "/api/admin/services", false);
  CHECK(wrong.route == nullptr);
  CHECK(wrong.allow == "GET, HEAD, POST");
  for (const auto* nowhere : {"/", "/api/admin/reservations/", "/api/admin/reservations//status", "/health/", "/api/admin/services/A/B"})
    CHECK(find_route(routes(), "GET", nowhere, false).allow.empty());
  CHECK(find_route(routes(), "GET", "/api/admin/services/" + std::string(201, 'A'), false).allow.empty());
}

TEST_CASE("the browser's question before a call is answered for patients' addresses only") {
  const auto public_one = find_route(routes(), "OPTIONS", "/api/public/reservations", false);
  CHECK(public_one.preflight);
  CHECK(public_one.allow == "POST, OPTIONS");
  const auto admin = find_route(routes(), "OPTIONS", "/api/admin/reservations", false);
  CHECK_FALSE(admin.preflight);
  CHECK(admin.route == nullptr);
}

TEST_CASE("the old application has no addresses of the new model") {
  for (const auto& route : routes()) {
    const bool of_new = route.pattern.find("/admin/service") != std::string_view::npos || route.pattern.find("time-slots") != std::string_view::npos;
    CHECK(route.in_legacy != of_new);
  }
  CHECK(find_route(routes(), "GET", "/api/admin/services", true).allow.empty());
  CHECK(find_route(routes(), "GET", "/api/admin/limits", true).route != nullptr);
}

TEST_CASE("a client has its burst, then its rate, and others have theirs") {
  RateLimiter limiter(5);
  const RateLimiter::Clock::time_point start{1h};
  for (int i = 0; i < 5; ++i) CHECK_FALSE(limiter.refuse("a", start));
  const auto wait = limiter.refuse("a", start);
  REQUIRE(wait);
  CHECK(*wait == 200ms);
  CHECK_FALSE(limiter.refuse("b", start));
  CHECK(limiter.refuse("a", start + 199ms));
  CHECK_FALSE(limiter.refuse("a", start + 200ms));
  CHECK(limiter.refuse("a", start + 200ms));
  int allowed = 0;
  for (int i = 0; i < 20; ++i) allowed += !limiter.refuse("a", start + 10s);
  CHECK(allowed == 5);
}

TEST_CASE("a million clients do not outgrow the table, and one that asks on is still limited") {
  RateLimiter limiter(1);
  const RateLimiter::Clock::time_point start{1h};
  int refused = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    limiter.refuse(std::to_string(i), start + std::chrono::microseconds(i));
    if (i % 1000 == 0) refused += limiter.refuse("greedy", start + std::chrono::microseconds(i)).has_value();
  }
  CHECK(refused > 500);
  CHECK(refused < 1000);
}

TEST_CASE("a client is its address, whatever it calls itself") {
  CHECK(client_address(from("10.0.0.1", {{"X-Client-Id", "x"}, {"X-Forwarded-For", "9.9.9.9"}}), false) == "10.0.0.1");
  CHECK(client_address(from("::ffff:10.0.0.1"), false) == "10.0.0.1");
  CHECK(client_address(from("2001:db8::1"), false) == client_address(from("2001:db8::2"), false));
  CHECK(client_address(from("2001:db8::1"), false) != client_address(from("2001:db8:0:1::1"), false));
  CHECK(client_address(from("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 7.7.7.7"}}), true) == "7.7.7.7");
  CHECK(client_address(from("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "8.8.8.8:4711"}}), true) == "8.8.8.8");
  CHECK(client_address(from("10.0.0.1", {{"X-Forwarded-For", "[2001:db8::5]:443"}}), true) == "2001:db8::");
  CHECK(client_address(from("10.0.0.1"), true) == "10.0.0.1");
}

TEST_CASE("only allowed origins are told that they may, and * is no origin") {
  const CrossOrigin closed({}), open({"https://clinic.example", "http://localhost:3000"});
  net::Response response;
  closed.answer(from("", {{"Origin", "https://clinic.example"}}), response);
  CHECK(response.headers.empty());
  open.answer(from("", {{"Origin", "https://clinic.example"}}), response);
  CHECK(header(response, "Access-Control-Allow-Origin") == "https://clinic.example");
  CHECK(header(response, "Vary") == "Origin");
  net::Response other;
  open.answer(from("", {{"Origin", "https://evil.example"}}), other);
  CHECK(header(other, "Access-Control-Allow-Origin") == "-");
  CHECK(header(other, "Vary") == "Origin");
  const auto preflight = open.preflight(from("", {{"Origin", "http://localhost:3000"}}), "POST, OPTIONS");
  CHECK(preflight.status == 204);
  CHECK(header(preflight, "Access-Control-Allow-Methods") == "POST, OPTIONS");
  for (const auto* wrong : {"*", "clinic.example", "https://", "https://clinic.example/", "https://Clinic.example"})
    CHECK_THROWS_AS(CrossOrigin({wrong}), Error);
}

TEST_CASE("the emergency switches override in one way only, and anything else is refused") {
  CHECK_FALSE(read_switches(std::nullopt, std::nullopt));
  CHECK(read_switches("true", std::nullopt) == 100);
  CHECK(read_switches("true", "5") == 100);
  CHECK(read_switches("false", std::nullopt) == 0);
  CHECK(read_switches("false", "25") == 25);
  CHECK(read_switches(std::nullopt, "0") == 0);
  for (const auto* wrong : {"yes", "TRUE", "1"}) CHECK_THROWS_AS(read_switches(wrong, std::nullopt), Error);
  for (const auto* wrong : {"101", "-1", "5%", "half"}) CHECK_THROWS_AS(read_switches(std::nullopt, wrong), Error);
  CHECK_THROWS_AS(read_switches("true", "many"), Error);
}

TEST_CASE("every field of a body that is missing, wrong or unknown is named") {
  const auto& fields = service_fields(true);
  CHECK(wrong_fields(read_body(posting("{}"), fields)) == std::set<std::string>{"code", "duration_minutes", "name"});
  const auto body = read_body(posting(R"({"code":"x","name":" ","duration_minutes":1.5,"base_price":-1,"is_visible":"yes","colour":1,"category":"\u0001"})"), fields);
  CHECK(wrong_fields(body) == std::set<std::string>{"base_price", "category", "code", "colour", "duration_minutes", "is_visible", "name"});
  const auto good = read_body(posting(R"({"code":"PEEL_2","name":" 필링 ","duration_minutes":30,"base_price":null})"), fields);
  REQUIRE_FALSE(good.refused);
  CHECK(good.text("name") == "필링");
  CHECK(good.values.at("base_price").is_null());
  CHECK_FALSE(good.has("is_visible"));
  CHECK(wrong_fields(read_body(posting("{}"), service_fields(false), true)).size() == service_fields(false).size());
  CHECK(wrong_fields(read_body(posting(R"({"code":"A"})"), service_fields(false), true)) == std::set<std::string>{"code"});
  CHECK(wrong_fields(read_body(posting(R"({"name":null})"), service_fields(false), true)) == std::set<std::string>{"name"});
  CHECK(read_body(posting("[]"), fields).refused->status == 400);
  CHECK(read_body(posting("{}", "text/plain"), fields).refused->status == 415);
}

TEST_CASE("dates, times, numbers and lists of a body are what they say") {
  const auto fails = [](Kind kind, std::string_view value) {
    return read_body(posting("{\"x\":" + std::string(value) + "}"), {{"x", kind}}).refused.has_value();
  };
  CHECK_FALSE(fails(Kind::date, "\"2026-02-28\""));
  CHECK(fails(Kind::date, "\"2026-02-30\""));
  CHECK_FALSE(fails(Kind::time_of_day, "\"09:05\""));
  for (const auto* wrong : {"\"9:05\"", "\"24:00\"", "\"09:60\"", "\"-1:00\"", "905"}) CHECK(fails(Kind::time_of_day, wrong));
  CHECK_FALSE(fails(Kind::phone, "\"+82 (10) 1234-5678\""));
  for (const auto* wrong : {"\"12345\"", "\"call me\"", "1234567"}) CHECK(fails(Kind::phone, wrong));
  CHECK_FALSE(fails(Kind::codes, R"(["A","B_2"])"));
  for (const auto* wrong : {"[]", "\"A\"", R"(["A","A"])", R"(["a"])", "[1]"}) CHECK(fails(Kind::codes, wrong));
}

TEST_CASE("a cursor is one of ours, or refused before the database sees it") {
  const auto cursor = read_cursor("2026-01-02T03:04:05.678Z_some_id");
  REQUIRE(cursor);
  CHECK(cursor->first == "2026-01-02T03:04:05.678Z");
  CHECK(cursor->second == "some_id");
  for (const auto* wrong : {"", "x", "2026-01-02T03:04:05.678Z_", "2026-02-30T03:04:05.678Z_a", "2026-01-02T24:04:05.678Z_a",
                            "2026-01-02 03:04:05.678Z_a", "2026-01-02T03:04:05.678Z"})
    CHECK_FALSE(read_cursor(wrong));
}
