// The booking service as `reservations serve --threads 3` runs it. One thread answers all in the other tests, so that only here a
// ThreadSanitizer sees what the threads of a process share: flags, limiter, measures, readers.
#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <atomic>
#include <exception>
#include <thread>

#include "net/http_client.hpp"
#include "service/serve_threads.hpp"
#include "support/booking_database.hpp"
#include "support/booking_service.hpp"

using namespace segue;
using namespace tests;

namespace {

// Each request on a connection of its own, so that the kernel spreads them over the listeners.
class Visitor {
 public:
  Visitor(std::uint16_t port, int number) { options_.port = port, name_ = fmt::format("visitor-{}", number); }

  void run() {
    for (int day = 1; day <= 20; ++day) {
      const auto date = fmt::format("2099-06-{:02}", day);
      book(boost::json::serialize(booking("BODY_CARE", date)));
      read(fmt::format("/api/public/reservations/availability?service=BODY_CARE&date={}", date));
      read(day % 2 == 0 ? "/health" : "/metrics");
    }
  }
  int booked = 0, failed = 0;

 private:
  void book(std::string body) {
    const auto status = ask("POST", "/api/public/reservations", std::move(body));
    booked += status == 200;
    failed += status != 200 && status != 409;
  }
  void read(std::string target) { failed += ask("GET", std::move(target), {}) != 200; }

  int ask(std::string method, std::string target, std::string body) {
    boost::asio::io_context io{1};
    net::HttpClient client(io, options_);
    const net::Headers headers{{"Content-Type", "application/json"}, {"X-Client-Id", name_}};
    auto answer = boost::asio::co_spawn(io, client.request(std::move(method), std::move(target), std::move(body), headers), boost::asio::use_future);
    io.run_for(std::chrono::minutes(1));
    return answer.get().status;
  }

  net::HttpClient::Options options_;
  std::string name_;
};

// Everybody at once, while the flag goes up and down. What a visitor throws is thrown here.
void let_in(std::vector<Visitor>& visitors, const std::string& url) {
  std::atomic<std::size_t> inside = visitors.size();
  std::vector<std::exception_ptr> errors(visitors.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < visitors.size(); ++i)
      threads.emplace_back([&, i] {
        try {
          visitors[i].run();
        } catch (...) {
          errors[i] = std::current_exception();
        }
        --inside;
      });
    for (int percent = 0; inside > 0; percent = (percent + 50) % 150) set_percent(url, percent);
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

std::uint64_t counted(const service::Measures& measures, std::string_view route, int status) {
  std::uint64_t sum = 0;
  for (const auto& [key, number] : measures.requests)
    if (std::get<0>(key) == route && (status == 0 || std::get<2>(key) == status)) sum += number;
  return sum;
}

}  // namespace

TEST_CASE("three threads serve four visitors at once while the flag changes: every booking is in the database and in the measures") {
  const auto url = both_database();
  set_percent(url, 0);
  auto settings = BookingService::settings(url);
  settings.connections = 3;
  settings.rate_limit = 100'000;                                 // asked each time, and never in the way
  const auto process = std::make_shared<service::Process>(reservations::program(), settings);
  service::ServeThreads serving(process, {}, 3);
  std::atomic<int> gave_up = 0;
  serving.start([&] { ++gave_up; });
  std::vector<Visitor> visitors;
  for (int i = 0; i < 4; ++i) visitors.emplace_back(serving.port(), i);
  let_in(visitors, url);
  serving.drain();
  CHECK(gave_up == 0);
  int booked = 0;
  for (const auto& visitor : visitors) {
    booked += visitor.booked;
    CHECK(visitor.failed == 0);
  }
  CHECK(booked > 20);
  CHECK(pg::Connection(url).run("count", "select count(*) from reservations"_sql).integer() == booked);
  const auto measures = process->metrics.sum();
  CHECK(process->metrics.threads() == 3);
  CHECK(measures.in_flight == 0);
  CHECK(counted(measures, "book", 2) == static_cast<std::uint64_t>(booked));
  CHECK(counted(measures, "book", 0) == 80);
  CHECK(counted(measures, "availability", 2) == 80);
}
