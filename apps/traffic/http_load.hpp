// A small HTTP load engine: requests start when they are due, whether or not earlier ones were answered.
// Does: spread requests over the targets by turns, with a bounded number in flight and the rest queued; leave a target
//       that refuses connections alone for a moment, and give what was certainly not sent to it to another one;
//       send a request again where its owner wishes; give every try a deadline, from when its turn to be sent has come.
// Does not: decide what is sent again, or know what a booking is.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "traffic/http_message.hpp"

namespace segue::traffic {

struct Job {
  Request request;
  // With every answer: nothing where that was the end of it, or how long to wait before it is sent again.
  std::function<std::optional<std::chrono::milliseconds>(const Answer&, Clock::duration since_due)> answered;
};

enum class Arrivals { steady, poisson };                         // poisson: as people come who do not know of each other

struct Pace {
  double rate = 200;                                             // a second
  Arrivals arrivals = Arrivals::poisson;
  std::uint64_t seed = 1;                                        // of the arrivals
  std::chrono::seconds length{0};                                // 0: until a signal
  int in_flight = 256;                                           // over all targets
  std::chrono::milliseconds deadline{5000};                      // of a try, without the time it was queued: else a queue never ends again
};

class HttpLoad {
 public:
  HttpLoad(const std::vector<Target>& targets, const Pace& pace);
  ~HttpLoad();
  // Returns when the time is over or SIGINT or SIGTERM came, and every request has come to its end.
  // `next` gives the request that is due at the time it is told, now or a little ago; `every_second` runs in between. Both in this thread.
  void run(const std::function<Job(Clock::time_point)>& next, const std::function<void()>& every_second);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::traffic
