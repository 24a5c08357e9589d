#include "traffic/http_load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <deque>

#include "base/random.hpp"
#include "traffic/http_exchange.hpp"

namespace segue::traffic {
namespace {

namespace asio = boost::asio;
using Failure = boost::system::error_code;

constexpr auto left_alone = std::chrono::milliseconds(500);      // a target that has refused a connection

// One request on its way; the coroutine or the queue that has it keeps it alive.
struct Flight {
  Job job;
  Clock::time_point due;
  std::size_t detours = 0;                                       // targets that refused this try
};

struct Pool {
  Pool(asio::io_context& io, const Target& target) : connections(io, target) {}
  Connections connections;
  std::deque<std::unique_ptr<Flight>> waiting;
  int in_flight = 0;
  Clock::time_point refused_until{};
};

// When requests are due: the n-th at n / rate, or after gaps that know nothing of each other.
class Schedule {
 public:
  Schedule(const Pace& pace, Clock::time_point begin) : pace_(pace), random_(pace.seed), begin_(begin) {}
  Clock::time_point next() {
    const auto at = at_;
    ++steps_;
    if (pace_.arrivals == Arrivals::steady) at_ = static_cast<double>(steps_) / pace_.rate;
    else at_ -= std::log((static_cast<double>(random_.below(1ULL << 32)) + 1) / 4294967296.0) / pace_.rate;
    return begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(at));
  }

 private:
  const Pace& pace_;
  Random random_;
  Clock::time_point begin_;
  double at_ = 0;                                                // seconds
  std::int64_t steps_ = 0;
};

// An error in a callback (the ledger cannot be written) ends the run: it comes out of io_context::run.
void rethrow(std::exception_ptr failure) {  // NOLINT(performance-unnecessary-value-param): the form co_spawn asks for
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

struct HttpLoad::State {
  explicit State(const Pace& given) : pace(given), timer(io), ticker(io), signals(io, SIGINT, SIGTERM) {}

  asio::awaitable<void> arrivals();
  asio::awaitable<void> serve(Pool& pool, std::unique_ptr<Flight> flight);
  asio::awaitable<void> repeat(std::unique_ptr<Flight> flight, std::chrono::milliseconds pause);
  asio::awaitable<void> tick();
  Pool& choose();
  void submit(std::unique_ptr<Flight> flight);
  void start(Pool& pool, std::unique_ptr<Flight> flight);
  void leave(Pool& pool);
  void end_if_idle();

  Pace pace;
  asio::io_context io{1};
  asio::steady_timer timer, ticker;
  asio::signal_set signals;
  std::deque<Pool> pools;                                        // stays in place: coroutines hold references
  std::size_t next_pool = 0;
  std::function<Job(Clock::time_point)> next;
  std::function<void()> every_second;
  long open = 0;                                                 // due and not yet at their end
  bool stopping = false, finished = false;
};

// Whoever is late does not shift those after it.
asio::awaitable<void> HttpLoad::State::arrivals() {
  Failure ignored;
  const auto begin = Clock::now();
  Schedule schedule(pace, begin);
  for (std::int64_t n = 0; !stopping; ++n) {
    const auto due = schedule.next();
    if (pace.length.count() > 0 && due >= begin + pace.length) break;
    // Also when late, let answers in now and then.
    if (due > Clock::now() || n % 16 == 0) {
      timer.expires_at(due);
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      if (stopping) break;
    }
    auto flight = std::make_unique<Flight>();
    flight->due = due;
    flight->job = next(due);
    ++open;
    submit(std::move(flight));
  }
  stopping = true;
  end_if_idle();
}

// By turns; one that refuses is passed over while there is another.
Pool& HttpLoad::State::choose() {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < pools.size(); ++i) {
    Pool& pool = pools[next_pool++ % pools.size()];
    if (pool.refused_until <= now) return pool;
  }
  return pools[next_pool++ % pools.size()];
}

void HttpLoad::State::submit(std::unique_ptr<Flight> flight) {
  Pool& pool = choose();
  const int share = std::max(1, pace.in_flight / static_cast<int>(pools.size()));
  if (pool.in_flight >= share)
    pool.waiting.push_back(std::move(flight));
  else
    start(pool, std::move(flight));
}

void HttpLoad::State::start(Pool& pool, std::unique_ptr<Flight> flight) {
  ++pool.in_flight;
  asio::co_spawn(io, serve(pool, std::move(flight)), rethrow);
}

void HttpLoad::State::leave(Pool& pool) {
  --pool.in_flight;
  if (pool.waiting.empty()) return;
  auto following = std::move(pool.waiting.front());
  pool.waiting.pop_front();
  start(pool, std::move(following));
}

asio::awaitable<void> HttpLoad::State::serve(Pool& pool, std::unique_ptr<Flight> flight) {
  const Answer answer = co_await exchange(pool.connections, flight->job.request, Clock::now() + pace.deadline);
  leave(pool);
  if (answer.delivery == Answer::Delivery::not_sent && answer.reason == refused_connection) {
    pool.refused_until = Clock::now() + left_alone;
    if (++flight->detours < pools.size()) {
      submit(std::move(flight));
      co_return;
    }
  }
  const auto again = flight->job.answered(answer, Clock::now() - flight->due);
  if (again) {
    asio::co_spawn(io, repeat(std::move(flight), *again), rethrow);
    co_return;
  }
  --open;
  end_if_idle();
}

asio::awaitable<void> HttpLoad::State::repeat(std::unique_ptr<Flight> flight, std::chrono::milliseconds pause) {
  Failure ignored;
  asio::steady_timer wait(io, pause);
  co_await wait.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  flight->detours = 0;
  submit(std::move(flight));
}

asio::awaitable<void> HttpLoad::State::tick() {
  Failure ignored;
  for (auto at = Clock::now(); !finished;) {
    at += std::chrono::seconds(1);
    ticker.expires_at(at);
    co_await ticker.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!finished) every_second();
  }
}

void HttpLoad::State::end_if_idle() {
  if (!stopping || open > 0 || finished) return;
  finished = true;
  ticker.cancel();
  signals.cancel();
}

HttpLoad::HttpLoad(const std::vector<Target>& targets, const Pace& pace) : state_(std::make_unique<State>(pace)) {
  for (const auto& target : targets) state_->pools.emplace_back(state_->io, target);
}

HttpLoad::~HttpLoad() = default;

void HttpLoad::run(const std::function<Job(Clock::time_point)>& next, const std::function<void()>& every_second) {
  state_->next = next;
  state_->every_second = every_second;
  state_->signals.async_wait([state = state_.get()](const Failure& failure, int) {
    if (failure) return;
    state->stopping = true;
    state->timer.cancel();
  });
  asio::co_spawn(state_->io, state_->tick(), rethrow);
  asio::co_spawn(state_->io, state_->arrivals(), rethrow);
  state_->io.run();
}

}  // namespace segue::traffic
