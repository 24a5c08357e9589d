#include "net/http_client.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/error.hpp"

namespace segue::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;
using Parser = http::response_parser<http::string_body>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
  State(asio::io_context& io, Options options_) : options(std::move(options_)), socket(io), deadline(io), resolver(io) {}

  void limit_time();
  void close();
  bool is_fresh_enough();
  awaitable<bool> connect();
  // Whether a whole response came; what there is of it is in `response`.
  awaitable<bool> exchange(const std::string& text, bool head, Response& response);

  Options options;
  tcp::socket socket;
  asio::steady_timer deadline;
  tcp::resolver resolver;
  boost::beast::flat_buffer buffer;
  bool timed_out = false;
};

void HttpClient::State::limit_time() {
  timed_out = false;
  deadline.expires_after(options.timeout);
  deadline.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->timed_out = true;
    self->close();
  });
}

void HttpClient::State::close() {
  boost::system::error_code ignored;
  resolver.cancel();
  socket.close(ignored);
  buffer.clear();
}

// A kept connection that the server has closed meanwhile can be read: to its end.
bool HttpClient::State::is_fresh_enough() {
  if (!socket.is_open()) return false;
  boost::system::error_code error;
  char byte;
  socket.non_blocking(true, error);
  socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
  return error == asio::error::would_block;
}

awaitable<bool> HttpClient::State::connect() {
  close();
  const auto port = std::to_string(options.port);
  const auto [unresolved, endpoints] = co_await resolver.async_resolve(options.host, port, as_result);
  if (unresolved || timed_out) co_return false;
  const auto [error, endpoint] = co_await asio::async_connect(socket, endpoints, as_result);
  if (error || timed_out) co_return false;
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  co_return true;
}

awaitable<bool> HttpClient::State::exchange(const std::string& text, bool head, Response& response) {
  const auto [unsent, sent] = co_await asio::async_write(socket, asio::buffer(text), as_result);
  if (unsent) co_return false;
  Parser parser;
  parser.eager(true);
  parser.skip(head);
  parser.body_limit(options.body_limit);
  while (!parser.is_done()) {
    const auto [error, size] = co_await socket.async_read_some(buffer.prepare(16 * 1024), as_result);
    buffer.commit(size);
    boost::system::error_code problem;
    if (error == asio::error::eof && parser.got_some()) parser.put_eof(problem);
    else if (error) co_return false;
    else buffer.consume(parser.put(buffer.data(), problem));
    if (problem && problem != http::error::need_more) co_return false;
  }
  auto message = parser.release();
  response.status = static_cast<int>(message.result_int());
  response.content_type = std::string(message[http::field::content_type]);
  for (const auto& field : message) response.headers.emplace_back(field.name_string(), field.value());
  response.body = std::move(message.body());
  if (!message.keep_alive()) close();
  co_return true;
}

HttpClient::HttpClient(asio::io_context& io, Options options) : state_(std::make_shared<State>(io, std::move(options))) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() {
  if (state_) close();
}
void HttpClient::close() {
  state_->deadline.cancel();
  state_->close();
}

awaitable<Response> HttpClient::request(std::string method, std::string target, std::string body, Headers headers) {
  const auto state = state_;
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", method, target, state->options.host, state->options.port);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
    text += fmt::format("Content-Length: {}\r\n", body.size());
  text += "\r\n" + body;

  const bool harmless = method == "GET" || method == "HEAD";
  Response response;
  state->limit_time();
  for (bool kept = state->is_fresh_enough();; kept = false) {
    bool connected = kept;
    if (!kept) connected = co_await state->connect();
    bool answered = false;
    if (connected) answered = co_await state->exchange(text, method == "HEAD", response);
    if (answered) break;
    state->close();
    if (kept && harmless && !state->timed_out) continue;
    state->deadline.cancel();
    throw Error(ErrorCode::connection, state->timed_out ? "the server did not answer in time"
                                       : connected      ? "the connection broke before the answer"
                                                        : "cannot connect to the server")
        .with_outcome(connected ? Outcome::unknown : Outcome::not_done);
  }
  state->deadline.cancel();
  co_return response;
}

}  // namespace segue::net
