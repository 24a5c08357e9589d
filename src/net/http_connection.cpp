#include "net/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/error.hpp"
#include "base/log.hpp"

namespace segue::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using ErrorCodeOfBoost = boost::system::error_code;
using Parser = http::request_parser<http::string_body>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

namespace {

constexpr std::size_t piece = 16 * 1024;
constexpr std::size_t most_unread = 1024 * 1024;

// What reading came to: a request, a refusal, or neither (the peer is gone).
struct Reading {
  std::optional<Request> request;
  int refused = 0;
  After after = After::close;
};

int status_of(const ErrorCodeOfBoost& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

Response refusal(int status) {
  Response response;
  response.status = status;
  const std::string_view word = status == 413 ? "too_large" : status == 431 ? "headers_too_large" : status == 408 ? "timeout" : "malformed";
  response.body = "{\"error\":\"" + std::string(word) + "\",\"message\":\"" + std::string(reason_phrase(status)) + "\"}";
  return response;
}

Reading reading_of(Parser& parser) {
  auto message = parser.release();
  Reading reading;
  Request request;
  request.method = std::string(message.method_string());
  for (const auto& field : message) request.headers.emplace_back(field.name_string(), field.value());
  const bool host_missing = message.version() >= 11 && message.count(http::field::host) != 1;
  const auto target = message.target();
  if (message.version() / 10 != 1 || host_missing || !read_target({target.data(), target.size()}, request)) {
    reading.refused = 400;
    return reading;
  }
  if (message.keep_alive()) reading.after = message.version() < 11 ? After::keep_http10 : After::keep;
  request.body = std::move(message.body());
  reading.request = std::move(request);
  return reading;
}

bool wants_continue(Parser& parser) {
  return parser.is_header_done() && !parser.is_done() &&
         boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
}

// Feeds what is in the buffer; the status to refuse with, or 0.
int feed(Connection& connection, Parser& parser) {
  ErrorCodeOfBoost error;
  if (connection.buffer.size() > 0) connection.buffer.consume(parser.put(connection.buffer.data(), error));
  return error && error != http::error::need_more ? status_of(error) : 0;
}

awaitable<Reading> read_request(Connection& connection, const ServerOptions& options) {
  Parser parser;
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(options.header_limit));
  parser.body_limit(options.body_limit);
  Reading nothing;
  bool continued = false;
  connection.enter(Connection::Phase::idle, options.idle_timeout);
  for (;;) {
    const bool begun = connection.buffer.size() > 0 || parser.got_some();
    if (begun && connection.phase == Connection::Phase::idle)
      connection.enter(Connection::Phase::reading, options.read_timeout);
    nothing.refused = feed(connection, parser);
    if (nothing.refused != 0) co_return nothing;
    if (parser.is_done()) co_return reading_of(parser);
    if (!continued && wants_continue(parser)) {
      continued = true;
      co_await asio::async_write(connection.socket, asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25), as_result);
    }
    const auto [error, size] = co_await connection.socket.async_read_some(connection.buffer.prepare(piece), as_result);
    connection.buffer.commit(size);
    if (error) {
      if (connection.timed_out && begun) nothing.refused = 408;
      co_return nothing;
    }
  }
}

awaitable<Response> answer(const HttpServer::Handler& handler, Request request) {
  Response response;
  try {
    response = co_await handler(std::move(request));
  } catch (const Error& error) {
    log(LogLevel::error, "http.handler_failed",
        {{"code", std::string(facts_of(error.code()).name)}, {"statement", error.statement()}, {"sqlstate", error.sqlstate()}});
    response = refusal(500);
    response.body = R"({"error":"internal","message":"the request could not be carried out"})";
  } catch (const std::exception&) {  // its text may hold anything, so it goes nowhere
    log(LogLevel::error, "http.handler_failed");
    response = refusal(500);
    response.body = R"({"error":"internal","message":"the request could not be carried out"})";
  }
  co_return response;
}

// A socket closed over unread bytes resets the connection, and the peer may never see the refusal.
awaitable<void> close_gently(Connection& connection) {
  ErrorCodeOfBoost ignored;
  connection.socket.shutdown(Socket::shutdown_send, ignored);
  connection.enter(Connection::Phase::writing, std::chrono::seconds(2));
  connection.buffer.clear();
  for (std::size_t unread = 0; unread < most_unread;) {
    const auto [error, size] = co_await connection.socket.async_read_some(connection.buffer.prepare(piece), as_result);
    if (error) break;
    unread += size;
  }
  connection.close();
}

}  // namespace

// On a socket for both families an IPv4 peer is ::ffff:a.b.c.d: the same client, however it was listened for.
std::string Connection::address_of_peer(const Socket& socket) {
  ErrorCodeOfBoost gone;
  const auto address = socket.remote_endpoint(gone).address();
  if (gone) return {};
  const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  return mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string() : address.to_string();
}

awaitable<void> converse(std::shared_ptr<Connection> connection, const ServerOptions& options,
                         const HttpServer::Handler& handler, const bool& stopping) {
  for (;;) {
    auto reading = co_await read_request(*connection, options);
    if (!reading.request && reading.refused == 0) break;
    Response response;
    bool with_body = true;
    if (reading.request) {
      with_body = reading.request->method != "HEAD";
      reading.request->peer = connection->peer;
      connection->enter(Connection::Phase::handling, std::chrono::hours(1));
      response = co_await answer(handler, std::move(*reading.request));
    } else {
      response = refusal(reading.refused);
    }
    if (stopping) reading.after = After::close;
    const auto text = serialize(response, reading.after, with_body);
    connection->enter(Connection::Phase::writing, options.read_timeout);
    const auto [error, size] = co_await asio::async_write(connection->socket, asio::buffer(text), as_result);
    if (error) break;
    if (reading.after != After::close) continue;
    co_await close_gently(*connection);
    break;
  }
  connection->close();
}

}  // namespace segue::net
