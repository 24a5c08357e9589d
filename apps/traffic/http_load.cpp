#include "traffic/http_load.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <csignal>
#include <deque>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Failure = boost::system::error_code;
using Stream = beast::tcp_stream;

// One request on its way. Coroutines take it by reference; the State's list keeps it alive.
struct Flight {
  Job job;
  Clock::time_point due;
};

struct Pool {
  std::string host;                                              // as the Host header says it
  std::vector<tcp::endpoint> endpoints;
  std::vector<std::unique_ptr<Stream>> idle;
  std::deque<std::unique_ptr<Flight>> waiting;
  int in_flight = 0;
};

std::string render(const Request& request, const std::string& host) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.path, host);
  if (!request.client.empty()) text += fmt::format("X-Client-Id: {}\r\n", request.client);
  if (!request.token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", request.token);
  if (!request.body.empty())
    text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", request.body.size());
  return text + "\r\n" + request.body;
}

// A connection the server has closed in the meantime is no failure: nothing was sent on it.
bool is_usable(Stream& stream) {
  char byte;
  const auto read = ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::unique_ptr<Stream> take_idle(Pool& pool) {
  while (!pool.idle.empty()) {
    auto stream = std::move(pool.idle.back());
    pool.idle.pop_back();
    if (is_usable(*stream)) return stream;
  }
  return nullptr;
}

std::string reason_of(const Failure& failure) {
  if (failure == beast::error::timeout) return "timed out";
  if (failure == asio::error::connection_refused) return "connection refused";
  if (failure == asio::error::connection_reset || failure == asio::error::broken_pipe ||
      failure == asio::error::eof || failure == beast::http::error::end_of_stream ||
      failure == beast::http::error::partial_message)
    return "connection broke";
  const beast::error_code sample = make_error_code(beast::http::error::bad_version);
  return failure.category() == sample.category() ? "malformed answer" : "connection failed";
}

asio::awaitable<Answer> exchange(Pool& pool, const Request& request, Clock::time_point deadline) {
  Answer answer;
  Failure failure;
  answer.delivery = Answer::Delivery::not_sent;
  if (Clock::now() >= deadline) {
    answer.reason = "timed out";
    co_return answer;
  }
  std::unique_ptr<Stream> stream = take_idle(pool);
  if (!stream) {
    const auto executor = co_await asio::this_coro::executor;
    stream = std::make_unique<Stream>(executor);
    stream->expires_at(deadline);
    co_await stream->async_connect(pool.endpoints, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) {
      answer.reason = reason_of(failure);
      co_return answer;
    }
    stream->socket().set_option(tcp::no_delay(true), failure);
  }
  const std::string text = render(request, pool.host);
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::string_body> parser;
  answer.delivery = Answer::Delivery::lost;
  stream->expires_at(deadline);
  co_await asio::async_write(*stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, failure));
  if (!failure)
    co_await beast::http::async_read(*stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
  if (failure) {
    answer.reason = reason_of(failure);
    co_return answer;
  }
  answer.delivery = Answer::Delivery::answered;
  answer.status = static_cast<int>(parser.get().result_int());
  answer.body = std::move(parser.get().body());
  if (parser.get().keep_alive() && buffer.size() == 0) pool.idle.push_back(std::move(stream));
  co_return answer;
}

}  // namespace

struct HttpLoad::State {
  explicit State(const Pace& given) : pace(given), timer(io), ticker(io), signals(io, SIGINT, SIGTERM) {}

  asio::awaitable<void> arrivals();
  asio::awaitable<void> serve(Pool& pool, std::unique_ptr<Flight> flight);
  asio::awaitable<void> tick();
  void submit(std::unique_ptr<Flight> flight);
  void start(Pool& pool, std::unique_ptr<Flight> flight);
  void end_if_idle();

  Pace pace;
  asio::io_context io{1};
  asio::steady_timer timer, ticker;
  asio::signal_set signals;
  std::deque<Pool> pools;                                        // stays in place: coroutines hold references
  std::size_t next_pool = 0;
  std::function<Job(Clock::time_point)> next;
  std::function<void()> every_second;
  long open = 0;                                                 // due and not yet answered
  bool stopping = false, finished = false;
};

namespace {

// An error in a callback (the ledger cannot be written) ends the run: it comes out of io_context::run.
void rethrow(std::exception_ptr failure) {  // NOLINT(performance-unnecessary-value-param): the form co_spawn asks for
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

// The n-th request is due at start + n / rate. Whoever is late does not shift those after it.
asio::awaitable<void> HttpLoad::State::arrivals() {
  Failure ignored;
  const auto begin = Clock::now();
  const std::chrono::duration<double> step(1.0 / pace.rate);
  for (std::int64_t n = 0; !stopping; ++n) {
    const auto due = begin + std::chrono::duration_cast<Clock::duration>(step * static_cast<double>(n));
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
    submit(std::move(flight));
  }
  stopping = true;
  end_if_idle();
}

void HttpLoad::State::submit(std::unique_ptr<Flight> flight) {
  ++open;
  Pool& pool = pools[next_pool++ % pools.size()];
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

asio::awaitable<void> HttpLoad::State::serve(Pool& pool, std::unique_ptr<Flight> flight) {
  const auto deadline = flight->due + pace.deadline;
  const Answer answer = co_await exchange(pool, flight->job.request, deadline);
  flight->job.done(answer, Clock::now() - flight->due);
  --pool.in_flight;
  --open;
  if (!pool.waiting.empty()) {
    auto following = std::move(pool.waiting.front());
    pool.waiting.pop_front();
    start(pool, std::move(following));
  }
  end_if_idle();
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
  tcp::resolver resolver(state_->io);
  for (const auto& target : targets) {
    Pool& pool = state_->pools.emplace_back();
    pool.host = target.host + ":" + target.port;
    Failure failure;
    for (const auto& found : resolver.resolve(target.host, target.port, failure))
      pool.endpoints.push_back(found.endpoint());
    if (failure) throw Error(ErrorCode::usage, fmt::format("the host of target \"{}\" is not known", pool.host));
  }
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

Target parse_target(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  const auto refused = [&] {
    return Error(ErrorCode::usage, fmt::format("a target is written http://HOST:PORT, got \"{}\"", url));
  };
  if (url.substr(0, scheme.size()) != scheme) throw refused();
  auto rest = url.substr(scheme.size());
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  const auto host = rest.substr(0, colon);
  const auto port = to_integer(colon == rest.npos ? "80" : rest.substr(colon + 1));
  if (host.empty() || host.find_first_of("/ ?#@") != host.npos || !port || *port < 1 || *port > 65535) throw refused();
  return {std::string(host), std::to_string(*port)};
}

}  // namespace segue::traffic
