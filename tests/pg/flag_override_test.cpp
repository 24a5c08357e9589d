#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "journal/journal.hpp"
#include "rollout/flag_client.hpp"
#include "steps/flags.hpp"
#include "support/booking_service.hpp"
#include "support/hospital.hpp"

using namespace segue;
using rollout::FlagClient;
using tests::Hospital;

namespace {

const std::string key = rollout::flag_key("hospital-services", "dynamic-services");

std::string refusal(pg::Connection& db, int percent) {
  try {
    steps::refuse_overrides(db, "hospital-services", "dynamic-services", percent);
  } catch (const Error& error) {
    return error.message();
  }
  return "none";
}

template <class Condition> bool becomes(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

FlagClient::Options overriding(const std::string& url, int percent) {
  FlagClient::Options options;
  options.url = url;
  options.application_name = "booking-7";
  options.overrides[key] = percent;
  return options;
}

}  // namespace

TEST_CASE("an override stands whatever the flag says, and segue refuses to count on that process") {
  Hospital hospital;
  auto& db = hospital.db();
  journal::set_flag(db, "hospital-services", "dynamic-services", 50, "test");
  {
    FlagClient client(overriding(hospital.url(), 0));
    CHECK(client.percent(key) == 0);
    REQUIRE(client.all().size() == 1);
    CHECK(client.all().front().overridden);
    CHECK(becomes([&] { return journal::connected_clients(db) == 1; }));
    const auto followed = steps::change_flag(db, "hospital-services", "dynamic-services", 100, "test", "", std::chrono::seconds(5));
    CHECK(followed.laggards.empty());
    CHECK(followed.overriding == std::vector<std::string>{"booking-7 (0 %)"});
    CHECK(client.percent(key) == 0);
    CHECK(refusal(db, 100).find("application process booking-7 (0 %) overrides flag \"dynamic-services\"") != std::string::npos);
    CHECK(refusal(db, 0) == "none");
  }
  CHECK(becomes([&] { return refusal(db, 100) == "none"; }));
}

TEST_CASE("an override holds before there is a journal, and is told to it as soon as there is one") {
  const auto url = Hospital().url();
  pg::Connection db(url);
  db.run("gone", "drop schema segue cascade"_sql);
  FlagClient client(overriding(url, 25));
  CHECK(client.percent(key) == 25);
  journal::install(db);
  CHECK(becomes([&] { return refusal(db, 50) != "none"; }));
  CHECK(refusal(db, 25) == "none");
}

TEST_CASE("a service shows its override in health and metrics") {
  Hospital hospital;
  auto settings = tests::BookingService::settings(hospital.url());
  settings.overrides = {{key, 100}};
  tests::BookingService service(settings);
  const auto health = boost::json::parse(service.get("/health").body).as_object();
  CHECK(health.at("overrides").as_object().at(key).as_int64() == 100);
  CHECK(service.get("/metrics").body.find("reservations_flag_overridden{flag=\"" + key + "\"} 1") != std::string::npos);
}
