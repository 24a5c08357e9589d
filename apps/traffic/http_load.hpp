// A small HTTP load engine: requests start when they are due, whether or not earlier ones were answered.
// Does: keep persistent connections to each target, a bounded number of requests in flight, the rest queued;
//       give every request a deadline that counts from the moment it was due.
// Does not: retry, follow redirects, speak TLS, or know what a booking is.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace segue::traffic {

using Clock = std::chrono::steady_clock;

struct Target { std::string host, port; };
// "http://127.0.0.1:8081"; Error{usage} if it is anything else.
Target parse_target(std::string_view url);

struct Request {
  std::string method, path, body;
  std::string client;                                            // X-Client-Id; none if empty
  std::string token;                                             // bearer token; none if empty
};

struct Answer {
  enum class Delivery { answered, not_sent, lost } delivery = Delivery::answered;
  int status = 0;
  std::string body;
  std::string reason;                                            // of not_sent and lost: "connection refused", "timed out", ...
};

struct Job {
  Request request;
  std::function<void(const Answer&, Clock::duration since_due)> done;
};

struct Pace {
  double rate = 200;                                             // a second
  std::chrono::seconds length{0};                                // 0: until a signal
  int in_flight = 256;                                           // over all targets
  std::chrono::milliseconds deadline{5000};
};

class HttpLoad {
 public:
  HttpLoad(const std::vector<Target>& targets, const Pace& pace);
  ~HttpLoad();
  // Returns when the time is over or SIGINT or SIGTERM came, and all answers are in.
  // `next` gives the request that is due at the time it is told, now or a little ago; `every_second` runs in between. Both in this thread.
  void run(const std::function<Job(Clock::time_point)>& next, const std::function<void()>& every_second);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::traffic
