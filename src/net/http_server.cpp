#include "net/http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/http_connection.hpp"

namespace segue::net {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  State(asio::io_context& io_, ServerOptions options_, Handler handler_)
      : io(io_), options(std::move(options_)), handler(std::move(handler_)), acceptor(io), sweep(io), gone(io) {}

  void listen();
  awaitable<void> accept();
  awaitable<void> serve(std::shared_ptr<Connection> connection);
  void sweep_later();
  void sweep_now();
  void close_all();

  asio::io_context& io;
  ServerOptions options;
  Handler handler;
  tcp::acceptor acceptor;
  asio::steady_timer sweep, gone;
  std::unordered_set<std::shared_ptr<Connection>> connections;
  bool stopping = false;
};

void HttpServer::State::listen() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  const tcp::endpoint endpoint(address, options.port);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && options.shared_port) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw Error(ErrorCode::system, "cannot listen on \"" + options.host + ":" + std::to_string(options.port) + "\": " + error.message(),
                "choose another --listen ADDRESS:PORT");
}

awaitable<void> HttpServer::State::accept() {
  while (!stopping) {
    Socket socket(io.get_executor());
    const auto [error] = co_await acceptor.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    if (stopping || error == asio::error::operation_aborted) break;
    if (error) {  // out of descriptors: they come back when connections end
      log(LogLevel::warn, "http.accept_failed", {{"code", std::int64_t{error.value()}}});
      asio::steady_timer pause(io, std::chrono::milliseconds(50));
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    if (connections.size() >= options.connection_limit) continue;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(std::move(socket), options.header_limit);
    connections.insert(connection);
    asio::co_spawn(io, serve(connection), asio::detached);
  }
}

awaitable<void> HttpServer::State::serve(std::shared_ptr<Connection> connection) {
  const auto self = shared_from_this();
  try {
    co_await converse(connection, options, handler, stopping);
  } catch (const std::exception&) {  // out of memory: this connection ends, the others go on
    log(LogLevel::error, "http.connection_failed");
    connection->close();
  }
  connections.erase(connection);
  if (connections.empty()) gone.cancel();
}

// One timer for all: a connection may live a moment longer than its deadline, and costs no timer of its own.
void HttpServer::State::sweep_later() {
  sweep.expires_after(std::chrono::milliseconds(200));
  sweep.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (const auto self = weak.lock(); self && !error) self->sweep_now();
  });
}

void HttpServer::State::sweep_now() {
  const auto now = Clock::now();
  for (const auto& connection : connections) {
    if (connection->deadline > now) continue;
    connection->timed_out = true;
    connection->deadline = Clock::time_point::max();
    if (connection->phase == Connection::Phase::reading) connection->socket.cancel();  // 408 can still be said
    else connection->close();
  }
  if (!stopping || !connections.empty()) sweep_later();
}

void HttpServer::State::close_all() {
  for (const auto& connection : connections) connection->close();
}

HttpServer::HttpServer(asio::io_context& io, ServerOptions options, Handler handler)
    : state_(std::make_shared<State>(io, std::move(options), std::move(handler))) {
  state_->listen();
  state_->sweep_later();
  asio::co_spawn(io, [](std::shared_ptr<State> state) -> awaitable<void> { co_await state->accept(); }(state_), asio::detached);
}

HttpServer::~HttpServer() {
  boost::system::error_code ignored;
  state_->stopping = true;
  state_->acceptor.close(ignored);
  state_->sweep.cancel();
  state_->close_all();
}

std::uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }
std::size_t HttpServer::connections() const { return state_->connections.size(); }

awaitable<void> HttpServer::stop() {
  const auto state = state_;
  boost::system::error_code ignored;
  state->stopping = true;
  state->acceptor.close(ignored);
  for (const auto& connection : state->connections)
    if (connection->phase == Connection::Phase::idle) connection->close();
  if (!state->connections.empty()) {
    state->gone.expires_after(state->options.drain_timeout);
    co_await state->gone.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  state->close_all();
  state->sweep.cancel();
}

std::pair<std::string, std::uint16_t> parse_listen(std::string_view address) {
  const auto colon = address.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : to_integer(address.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535)
    throw Error(ErrorCode::usage, "\"" + std::string(address) + "\" is not an address to listen on",
                "write ADDRESS:PORT, for example 127.0.0.1:8081");
  std::string host(address.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host.empty() ? "0.0.0.0" : host, static_cast<std::uint16_t>(*port)};
}

}  // namespace segue::net
