// Administration over HTTP, on a database in the middle of its migration: segue's own triggers are on.
#include <doctest/doctest.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/booking_service.hpp"
#include "support/database.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::BookingService;
using tests::Hospital;
namespace json = boost::json;

namespace {

constexpr std::string_view monday = "2099-06-01";

struct Migrating : Hospital {
  Migrating() {
    run("profile");
    run("sync");
    run("backfill");
    run("sql 05-booked-per-period.sql");
  }
};

BookingService service_at(const std::string& url, int percent) {
  auto settings = BookingService::settings(url);
  settings.overrides = {{reservations::flag_key(), percent}};
  return BookingService(std::move(settings));
}

std::string old_database() {
  auto url = tests::fresh_database();
  pg::Connection(url).run_script("old", sql::Sql::from_plan(read_file(SEGUE_SOURCE_DIR "/apps/reservations/old_schema.sql")));
  return url;
}

json::object booking(std::string_view service, std::string_view phone = "010-0000-0001") {
  return {{"patient_name", "홍길동"}, {"phone", phone}, {"birth_date", "1990-01-01"}, {"gender", "FEMALE"}, {"email", "a@b.example"},
          {"treatment_type", "FIRST_VISIT"}, {"service", service}, {"preferred_date", monday}, {"period", "AFTERNOON"}, {"notes", "private"}};
}

json::object body_of(const net::Response& response) { return json::parse(response.body).as_object(); }
std::string error_of(const net::Response& response) { return std::string(body_of(response).at("error").as_string()); }
std::string id_of(const net::Response& response) { return std::string(body_of(response).at("reservation").at("id").as_string()); }
std::string codes_of(const net::Response& response) {
  std::vector<std::string> codes;
  const auto body = body_of(response);
  for (const auto& service : body.at("services").as_array()) codes.emplace_back(service.at("code").as_string());
  return join(codes, " ");
}

const json::object peel{{"code", "PEEL"}, {"name", "필링"}, {"duration_minutes", 40}, {"base_price", 90000}};

}  // namespace

TEST_CASE("a new service is bookable at once, and a retired one no more, while its bookings stay") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 100);
  const auto made = service.admin("POST", "/api/admin/services", peel);
  CHECK(made.status == 201);
  CHECK(body_of(made).at("buffer_minutes").as_int64() == 10);
  CHECK(service.admin("POST", "/api/admin/services", peel).status == 409);
  const auto booked = service.book(booking("PEEL"));
  REQUIRE(booked.status == 200);
  CHECK(codes_of(service.get("/api/public/services")).ends_with("PEEL"));
  CHECK(service.admin("POST", "/api/admin/services/PEEL/retire").status == 200);
  CHECK(service.admin("POST", "/api/admin/services/PEEL/retire").status == 200);
  CHECK(service.book(booking("PEEL")).status == 400);
  CHECK(codes_of(service.get("/api/public/services")).find("PEEL") == std::string::npos);
  CHECK(codes_of(service.get("/api/admin/services")).find("PEEL") == std::string::npos);
  CHECK(codes_of(service.get("/api/admin/services?retired=true")).ends_with("PEEL"));
  CHECK(body_of(service.get("/api/admin/reservations/" + id_of(booked))).at("status").as_string() == "PENDING");
  CHECK(service.admin("POST", "/api/admin/services/PEEL/restore").status == 200);
  CHECK(service.book(booking("PEEL")).status == 200);
  CHECK(service.admin("POST", "/api/admin/services/NOPE/retire").status == 404);
}

TEST_CASE("a booking of a service that the old model does not know waits in the repair queue") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 100);
  REQUIRE(service.admin("POST", "/api/admin/services", peel).status == 201);
  const auto id = id_of(service.book(booking("PEEL")));
  CHECK(hospital.row(id).starts_with("OTHER_CONSULTATION|14:00|"));
  CHECK(hospital.repairs(id) == "old: no value: stand-in used");
  steps::settle(hospital.db(), hospital.plan(), hospital.epoch(), hospital.mapping());
  CHECK(hospital.repairs(id) == "old: no value: stand-in used");  // which service it stands for only a person can say
}

TEST_CASE("of two administrators who change what they have read, the second is told") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 100);
  const auto read = service.get("/api/admin/services/SKIN_CARE");
  const auto tag = std::string(*net::find_header(read.headers, "ETag"));
  const auto change = [&](const json::object& body, const std::string& seen) {
    return service.admin("PATCH", "/api/admin/services/SKIN_CARE", body, {{"If-Match", seen}});
  };
  const auto first = change({{"name", "first"}, {"description", "d"}}, tag);
  REQUIRE(first.status == 200);
  CHECK(*net::find_header(first.headers, "ETag") != tag);
  const auto second = change({{"name", "second"}}, tag);
  CHECK(second.status == 412);
  CHECK(body_of(service.get("/api/admin/services/SKIN_CARE")).at("name").as_string() == "first");
  CHECK(change({{"description", nullptr}}, "*").status == 200);
  CHECK(body_of(service.get("/api/admin/services/SKIN_CARE")).at("description").is_null());
  CHECK(body_of(service.get("/api/admin/services/SKIN_CARE")).at("duration_minutes").as_int64() == 60);
}

TEST_CASE("services are put in order all at once or not at all") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 100);
  const auto put = [&](const json::array& codes) { return service.admin("PUT", "/api/admin/service-order", json::object{{"codes", codes}}); };
  const json::array all{"OTHER_CONSULTATION", "BODY_CARE", "REMOVAL_PROCEDURE", "SKIN_CARE", "VOLUME_LIFTING", "WRINKLE_BOTOX"};
  const auto incomplete = put({"OTHER_CONSULTATION", "NOPE"});
  CHECK(incomplete.status == 409);
  CHECK(body_of(incomplete).at("missing").as_array().size() == 5);
  CHECK(body_of(incomplete).at("unknown").as_array() == json::array{"NOPE"});
  CHECK(codes_of(service.get("/api/public/services")).starts_with("WRINKLE_BOTOX"));
  CHECK(put(all).status == 200);
  CHECK(codes_of(service.get("/api/public/services")).starts_with("OTHER_CONSULTATION BODY_CARE"));
}

TEST_CASE("time slots and daily limits decide the next booking") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 100);
  CHECK(body_of(service.get("/api/admin/time-slots")).at("time_slots").as_array().size() == 11);
  json::object slot{{"day_of_week", 1}, {"period", "AFTERNOON"}, {"start", "14:00"}, {"end", "15:00"}, {"total_minutes", 70}, {"active", true}};
  CHECK(service.admin("PUT", "/api/admin/time-slots", slot).status == 200);
  CHECK(body_of(service.get("/api/admin/time-slots")).at("time_slots").as_array().size() == 11);
  CHECK(service.book(booking("SKIN_CARE")).status == 200);
  CHECK(service.book(booking("SKIN_CARE")).status == 409);
  slot["end"] = "13:00";
  CHECK(body_of(service.admin("PUT", "/api/admin/time-slots", slot)).at("fields").as_array() == json::array{"end"});
  slot["end"] = "15:00";
  slot["active"] = false;
  CHECK(service.admin("PUT", "/api/admin/time-slots", slot).status == 200);
  CHECK(error_of(service.book(booking("SKIN_CARE"))) == "closed");

  auto old_path = service_at(hospital.url(), 0);
  CHECK(old_path.admin("PUT", "/api/admin/limits/BODY_CARE", json::object{{"daily_limit", 1}, {"active", true}}).status == 200);
  CHECK(old_path.book(booking("BODY_CARE")).status == 200);
  CHECK(old_path.book(booking("BODY_CARE")).status == 409);
  CHECK(old_path.admin("PUT", "/api/admin/limits/BODY_CARE", json::object{{"daily_limit", 1}, {"active", false}}).status == 200);
  CHECK(old_path.book(booking("BODY_CARE")).status == 400);
  CHECK(codes_of(old_path.get("/api/public/services")).find("BODY_CARE") == std::string::npos);
  CHECK(old_path.admin("PUT", "/api/admin/limits/PEEL", json::object{{"daily_limit", 1}, {"active", true}}).status == 404);
}

TEST_CASE("what another phase has is said to be of another phase") {
  const auto url = old_database();
  BookingService service(url);
  for (const auto* path : {"/api/admin/services", "/api/admin/services/SKIN_CARE", "/api/admin/time-slots"}) {
    CHECK(service.get(path).status == 409);
    CHECK(error_of(service.get(path)) == "not_in_this_phase");
  }
  CHECK(error_of(service.admin("POST", "/api/admin/services", peel)) == "not_in_this_phase");
  CHECK(service.get("/api/admin/limits").status == 200);
  pg::Connection(url).run("retire", R"(alter table service_reservation_limits rename to "service_reservation_limits__retired")"_sql);
  CHECK(error_of(service.get("/api/admin/limits")) == "not_in_this_phase");
}

TEST_CASE("a day is listed page by page, by status, and each change of status has a name") {
  BookingService service(old_database());
  std::vector<std::string> booked;
  for (int i = 0; i < 5; ++i) booked.push_back(id_of(service.book(booking("SKIN_CARE"))));
  std::vector<std::string> listed;
  std::string cursor;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = body_of(service.get(fmt::format("/api/admin/reservations?date={}&limit=2{}", monday, cursor)));
    for (const auto& one : page.at("reservations").as_array()) listed.emplace_back(one.at("id").as_string());
    CHECK(page.at("next_cursor").is_null() == (pages == 2));
    if (pages < 2) cursor = "&cursor=" + std::string(page.at("next_cursor").as_string());
  }
  std::ranges::sort(listed);  // two bookings of one millisecond stand in the order of their ids
  std::ranges::sort(booked);
  CHECK(listed == booked);
  CHECK(service.get("/api/admin/reservations?cursor=x&status=GONE&limit=0").status == 400);
  CHECK(service.admin("POST", fmt::format("/api/admin/reservations/{}/status", booked[0]), json::object{{"status", "CONFIRMED"}},
                      {{"X-Admin", "front desk"}}).status == 200);
  CHECK(service.set_status(booked[1], "CANCELLED").status == 200);
  const auto confirmed = body_of(service.get(fmt::format("/api/admin/reservations?date={}&status=CONFIRMED", monday)));
  CHECK(confirmed.at("count").as_int64() == 1);
  CHECK(body_of(service.get("/api/admin/reservations/" + booked[0])).at("status_changed_by").as_string() == "front desk");
  CHECK(body_of(service.get("/api/admin/reservations/" + booked[1])).at("status_changed_by").as_string() == "administrator");
  CHECK(service.get("/api/admin/reservations/nobody").status == 404);
}

TEST_CASE("an erased patient is gone from every row, both sides of it agree, and a second call finds nobody") {
  Migrating hospital;
  auto service = service_at(hospital.url(), 0);
  auto wish = booking("SKIN_CARE", "010-7777-0001");
  const auto ahead = id_of(service.book(wish));
  wish.erase("period");
  wish["preferred_time"] = "after my divorce hearing";
  const auto told = id_of(service.book(wish));
  hospital.insert({{"id", "past"}, {"service", "BODY_CARE"}, {"preferredTime", "3pm"}, {"adminNotes", "private"}});
  hospital.update("past", {{"phone", "(010) 7777 0001"}, {"preferredDate", "2020-01-06"}});
  hospital.insert({{"id", "other"}, {"service", "BODY_CARE"}, {"preferredTime", "3pm"}});
  hospital.absorb();
  const auto erase = [&](const json::object& body) { return body_of(service.admin("POST", "/api/admin/patients/erase", body)); };
  CHECK(erase({{"phone", "010-7777-0001"}, {"birth_date", "1911-01-01"}}).at("anonymised").as_int64() == 0);
  const auto erased = erase({{"phone", "01077770001"}});
  CHECK(erased == json::object{{"anonymised", 3}, {"cancelled", 2}, {"complete", true}});
  CHECK(erase({{"phone", "01077770001"}}) == json::object{{"anonymised", 0}, {"cancelled", 0}, {"complete", true}});
  CHECK(hospital.row("past").starts_with("BODY_CARE|3pm|"));
  CHECK(hospital.row(told).find("divorce") == std::string::npos);
  CHECK(hospital.count(R"(select count(*) from reservations where "patientName" = 'erased' and phone = '' and email is null
      and notes is null and "adminNotes" is null and "birthDate" = '1900-01-01')"_sql) == 3);
  CHECK(body_of(service.get("/api/admin/reservations/" + ahead)).at("status").as_string() == "CANCELLED");
  CHECK(hospital.count("select count(*) from reservations where id = 'past' and status = 'PENDING'"_sql) == 1);
  hospital.absorb();
  CHECK(hospital.compare().differing == 0);
  CHECK(hospital.repairs(told).empty());
}

TEST_CASE("retention takes out everything older, batch by batch") {
  const auto url = old_database();
  BookingService service(url);
  pg::Connection(url).run("many", R"(
      insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
      select 'r' || n, 'name', '010-0000-0000', '1990-01-01', 'MALE', 'FOLLOW_UP', 'SKIN_CARE', date '2020-01-01' + n % 40, '9:00', now()
      from generate_series(1, 1300) n)"_sql);
  const auto keep = [&](std::string_view before) { return service.admin("POST", "/api/admin/retention", json::object{{"before", before}}); };
  CHECK(body_of(keep("2020-02-01")) == json::object{{"anonymised", 1012}, {"cancelled", 0}, {"complete", true}});
  CHECK(body_of(keep("2020-02-01")).at("anonymised").as_int64() == 0);
  CHECK(pg::Connection(url).run("left", R"(select count(*) from reservations where phone <> '' and "preferredDate" >= '2020-02-01')"_sql).integer() == 288);
  CHECK(keep("2999-01-01").status == 400);
}

TEST_CASE("the old application serves the old path only, whatever the flag says") {
  Migrating hospital;
  hospital.db().run("flag", R"(insert into segue.flags (key, plan, flag, percent, "changedBy")
      values ('segue.hospital-services.dynamic-services', 'hospital-services', 'dynamic-services', 100, 'test'))"_sql);
  auto settings = BookingService::settings(hospital.url());
  settings.legacy = true;
  BookingService service(settings);
  CHECK(body_of(service.book(booking("SKIN_CARE"))).at("variant").as_string() == "old");
  CHECK(body_of(service.get("/health")).at("mode").as_string() == "legacy");
  CHECK(service.get("/api/admin/services").status == 404);
  CHECK(hospital.count("select count(*) from segue.flag_clients"_sql) == 0);
}

TEST_CASE("who asks too often waits, and a page of another origin is told nothing") {
  auto settings = BookingService::settings(old_database());
  settings.rate_limit = 2;
  BookingService service(settings);
  for (int i = 0; i < 2; ++i) CHECK(service.ask("GET", "/api/public/services", "", {{"X-Client-Id", std::to_string(i)}}).status == 200);
  const auto refused = service.ask("GET", "/api/public/services", "", {{"Origin", "https://clinic.example"}, {"X-Client-Id", "3"}});
  CHECK(refused.status == 429);
  CHECK(*net::find_header(refused.headers, "Retry-After") == "1");
  CHECK_FALSE(net::find_header(refused.headers, "Access-Control-Allow-Origin"));
  CHECK(service.get("/api/admin/limits").status == 200);
}
