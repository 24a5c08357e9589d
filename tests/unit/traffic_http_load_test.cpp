#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <map>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "traffic/http_load.hpp"

using namespace segue::traffic;

namespace {

enum class Manner { answer, answer_slowly, answer_and_close, hang_up, garbage, silence };

// A server on a free port that treats every connection in one manner; one thread a connection.
class Server {
 public:
  explicit Server(Manner manner) : manner_(manner), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(listener_, 128) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
  }
  Target target() const { return {"127.0.0.1", std::to_string(port_)}; }
  int connections() const { return connections_; }
  std::string first_request;                                     // read it after the run

 private:
  void accept_all() {
    for (int socket; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      const bool first = connections_++ == 0;
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket, first] { serve(socket, first); });
    }
  }
  void serve(int socket, bool first) {
    const bool closes = manner_ != Manner::answer && manner_ != Manner::answer_slowly;
    const std::string text = manner_ == Manner::garbage ? "what?\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    char bytes[4096];
    for (ssize_t read; (read = ::recv(socket, bytes, sizeof bytes, 0)) > 0;) {
      if (manner_ == Manner::silence) continue;
      if (manner_ == Manner::answer_slowly) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (first && first_request.empty()) first_request.assign(bytes, static_cast<std::size_t>(read));
      // MSG_MORE: the answer and the end of the connection travel together, so that nobody comes in between.
      if (manner_ != Manner::hang_up) ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | (closes ? MSG_MORE : 0));
      if (!closes) continue;
      ::shutdown(socket, SHUT_RDWR);
      return;
    }
  }

  Manner manner_;
  int listener_, port_ = 0;
  std::atomic<int> connections_ = 0;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::jthread acceptor_;
};

struct Outcome { int jobs = 0, ended = 0, answered = 0; std::map<std::string, int> reasons; std::map<Answer::Delivery, int> deliveries; };

constexpr std::chrono::milliseconds patient(20'000), short_of_time(300);

Outcome run(const std::vector<Target>& targets, double rate, int in_flight, int stop_after, std::chrono::milliseconds deadline = patient) {
  Pace pace;
  pace.rate = rate;
  pace.in_flight = in_flight;
  pace.deadline = deadline;
  Outcome outcome;
  HttpLoad load(targets, pace);
  load.run(
      [&](Clock::time_point) {
        if (++outcome.jobs == stop_after) std::raise(SIGTERM);
        Job job;
        job.request = {"POST", "/book", "{\"a\":1}", "client-1", "secret", "key-1"};
        job.answered = [&](const Answer& answer, Clock::duration) -> std::optional<std::chrono::milliseconds> {
          ++outcome.ended;
          ++outcome.deliveries[answer.delivery];
          if (answer.delivery != Answer::Delivery::answered) ++outcome.reasons[answer.reason];
          else outcome.answered += answer.status == 200 && answer.body == "{}";
          return std::nullopt;
        };
        return job;
      },
      [] {});
  return outcome;
}

}  // namespace

TEST_CASE("requests are answered over a connection that stays open, and a signal waits for the answers") {
  Server server(Manner::answer);
  auto outcome = run({server.target()}, 100, 8, 30);
  CHECK(outcome.jobs >= 30);
  CHECK(outcome.ended == outcome.jobs);
  CHECK(outcome.answered == outcome.jobs);
  CHECK(server.connections() < outcome.jobs);
  for (const char* part : {"POST /book HTTP/1.1\r\n", "X-Client-Id: client-1\r\n", "Authorization: Bearer secret\r\n", "Idempotency-Key: key-1\r\n",
                           "{\"a\":1}"})
    CHECK(server.first_request.find(part) != std::string::npos);
}

TEST_CASE("a connection that the server closed after its answer is replaced, which is no failure") {
  Server server(Manner::answer_and_close);
  auto outcome = run({server.target()}, 40, 8, 12);
  CHECK(outcome.answered == outcome.jobs);
  CHECK(server.connections() == outcome.jobs);
}

TEST_CASE("a queue that is longer than a request's patience comes to its end once fewer arrive") {
  Server server(Manner::answer_slowly);
  auto outcome = run({server.target()}, 10'000, 1, 400, std::chrono::milliseconds(1000));
  CHECK(outcome.answered == outcome.jobs);
}

TEST_CASE("what one target refuses goes to the other, because it was certainly not sent") {
  Server server(Manner::answer);
  const Target nobody = Server(Manner::answer).target();
  auto outcome = run({nobody, server.target()}, 100, 8, 20);
  CHECK(outcome.ended == outcome.jobs);
  CHECK(outcome.answered == outcome.jobs);
}

TEST_CASE("where every target refuses, the request fails at once and was never sent") {
  const Target nobody = Server(Manner::answer).target(), nobody_else = Server(Manner::answer).target();
  auto outcome = run({nobody, nobody_else}, 100, 8, 10);
  CHECK(outcome.ended == outcome.jobs);
  CHECK(outcome.reasons["connection refused"] == outcome.jobs);
  CHECK(outcome.deliveries[Answer::Delivery::not_sent] == outcome.jobs);
}

TEST_CASE("what may have been sent is not given to another target by the engine itself") {
  Server silent(Manner::hang_up), server(Manner::answer);
  auto outcome = run({silent.target(), server.target()}, 100, 8, 20);
  CHECK(outcome.deliveries[Answer::Delivery::lost] == (outcome.jobs + 1) / 2);
  CHECK(outcome.answered == outcome.jobs / 2);
}

TEST_CASE("a request goes out again as often as its owner wishes, and its time counts from when it was due") {
  Server server(Manner::answer);
  Pace pace;
  pace.rate = 100;
  int jobs = 0, answers = 0;
  std::vector<Clock::duration> times;
  HttpLoad load({server.target()}, pace);
  const auto next = [&](Clock::time_point) {
    if (++jobs == 5) std::raise(SIGTERM);
    Job job;
    job.request = {"GET", "/", "", "", "", ""};
    job.answered = [&, tries = 0](const Answer& answer, Clock::duration since_due) mutable -> std::optional<std::chrono::milliseconds> {
      answers += answer.status == 200;
      if (++tries < 3) return std::chrono::milliseconds(20);
      times.push_back(since_due);
      return std::nullopt;
    };
    return job;
  };
  load.run(next, [] {});
  CHECK(answers == 3 * jobs);
  REQUIRE(times.size() == static_cast<std::size_t>(jobs));
  for (const auto time : times) CHECK(time >= std::chrono::milliseconds(40));
}

TEST_CASE("arrivals are a metronome or a Poisson process, the same for the same seed") {
  const auto gaps_of = [](Arrivals arrivals, std::uint64_t seed) {
    Server server(Manner::answer);
    Pace pace;
    pace.rate = 1000;
    pace.arrivals = arrivals;
    pace.seed = seed;
    std::vector<Clock::time_point> dues;
    HttpLoad load({server.target()}, pace);
    load.run([&](Clock::time_point due) {
      dues.push_back(due);
      if (dues.size() == 400) std::raise(SIGTERM);
      Job job;
      job.request = {"GET", "/", "", "", "", ""};
      job.answered = [](const Answer&, Clock::duration) { return std::nullopt; };
      return job;
    }, [] {});
    std::vector<double> gaps;
    for (std::size_t i = 1; i < 400; ++i) gaps.push_back(std::chrono::duration<double, std::milli>(dues[i] - dues[i - 1]).count());
    return gaps;
  };
  const auto deviation_of = [](const std::vector<double>& gaps) {
    double sum = 0, squares = 0;
    for (const double gap : gaps) sum += gap, squares += gap * gap;
    const double mean = sum / static_cast<double>(gaps.size());
    return std::pair{mean, std::sqrt(squares / static_cast<double>(gaps.size()) - mean * mean)};
  };
  const auto steady = deviation_of(gaps_of(Arrivals::steady, 1)), poisson = deviation_of(gaps_of(Arrivals::poisson, 1));
  CHECK(steady.first == doctest::Approx(1).epsilon(0.01));
  CHECK(steady.second < 0.01);
  CHECK(poisson.first == doctest::Approx(1).epsilon(0.2));        // of an exponential distribution both are equal
  CHECK(poisson.second == doctest::Approx(1).epsilon(0.2));
  const auto equal = [](double left, double right) { return std::abs(left - right) < 1e-5; };
  const auto one = gaps_of(Arrivals::poisson, 2), again = gaps_of(Arrivals::poisson, 2), other = gaps_of(Arrivals::poisson, 3);
  CHECK(std::equal(one.begin(), one.end(), again.begin(), equal));
  CHECK_FALSE(std::equal(one.begin(), one.end(), other.begin(), equal));
}

TEST_CASE("a broken, a malformed and a missing answer are lost, each under its own name") {
  const std::pair<Manner, const char*> cases[] = {{Manner::hang_up, "connection broke"},
                                                  {Manner::garbage, "malformed answer"}, {Manner::silence, "timed out"}};
  for (const auto& [manner, reason] : cases) {
    Server server(manner);
    auto outcome = run({server.target()}, 100, 64, 5, short_of_time);
    CHECK(outcome.deliveries[Answer::Delivery::lost] == outcome.jobs);
    CHECK(outcome.reasons.size() == 1);
    CHECK_MESSAGE(outcome.reasons.contains(reason), reason);
  }
}

TEST_CASE("the deadline counts from when a request was due, also while it waits for a free connection") {
  Server server(Manner::silence);
  auto outcome = run({server.target()}, 200, 2, 10, short_of_time);
  CHECK(outcome.ended == outcome.jobs);
  CHECK(outcome.deliveries[Answer::Delivery::lost] >= 2);
  CHECK(outcome.deliveries[Answer::Delivery::answered] == 0);
  CHECK(outcome.reasons["timed out"] == outcome.jobs);
}

TEST_CASE("an error in a callback ends the run and reaches the caller") {
  Server server(Manner::answer);
  Pace pace;
  HttpLoad load({server.target()}, pace);
  const auto next = [](Clock::time_point) {
    Job job;
    job.request = {"GET", "/", "", "", "", ""};
    job.answered = [](const Answer&, Clock::duration) -> std::optional<std::chrono::milliseconds> { throw segue::Error(segue::ErrorCode::system, "the disk is full"); };
    return job;
  };
  CHECK_THROWS_WITH_AS(load.run(next, [] {}), "the disk is full", segue::Error);
}

TEST_CASE("a target is host and port, anything else is refused") {
  CHECK(parse_target("http://127.0.0.1:8081").port == "8081");
  CHECK(parse_target("http://clinic/").host == "clinic");
  CHECK(parse_target("http://clinic").port == "80");
  for (const char* url : {"", "clinic:80", "https://clinic", "http://", "http://:80", "http://clinic:0", "http://clinic:x",
                          "http://clinic:70000", "http://clinic:80/path"})
    CHECK_THROWS_AS(parse_target(url), segue::Error);
}
