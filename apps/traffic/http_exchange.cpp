#include "traffic/http_exchange.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Failure = boost::system::error_code;
using Stream = beast::tcp_stream;

std::string render(const Request& request, const std::string& host) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.path, host);
  if (!request.client.empty()) text += fmt::format("X-Client-Id: {}\r\n", request.client);
  if (!request.key.empty()) text += fmt::format("Idempotency-Key: {}\r\n", request.key);
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

std::unique_ptr<Stream> take_idle(Connections& connections) {
  while (!connections.idle.empty()) {
    auto stream = std::move(connections.idle.back());
    connections.idle.pop_back();
    if (is_usable(*stream)) return stream;
  }
  return nullptr;
}

std::string reason_of(const Failure& failure) {
  if (failure == beast::error::timeout) return "timed out";
  if (failure == asio::error::connection_refused) return std::string(refused_connection);
  if (failure == asio::error::connection_reset || failure == asio::error::broken_pipe ||
      failure == asio::error::eof || failure == beast::http::error::end_of_stream ||
      failure == beast::http::error::partial_message)
    return "connection broke";
  const beast::error_code sample = make_error_code(beast::http::error::bad_version);
  return failure.category() == sample.category() ? "malformed answer" : "connection failed";
}

}  // namespace

Connections::Connections(asio::io_context& io, const Target& target) : host(target.host + ":" + target.port) {
  Failure failure;
  for (const auto& found : tcp::resolver(io).resolve(target.host, target.port, failure)) endpoints.push_back(found.endpoint());
  if (failure) throw Error(ErrorCode::usage, fmt::format("the host of target \"{}\" is not known", host));
}

asio::awaitable<Answer> exchange(Connections& connections, const Request& request, Clock::time_point deadline) {
  Answer answer;
  Failure failure;
  answer.delivery = Answer::Delivery::not_sent;
  std::unique_ptr<Stream> stream = take_idle(connections);
  if (!stream) {
    const auto executor = co_await asio::this_coro::executor;
    stream = std::make_unique<Stream>(executor);
    stream->expires_at(deadline);
    co_await stream->async_connect(connections.endpoints, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) {
      answer.reason = reason_of(failure);
      co_return answer;
    }
    stream->socket().set_option(tcp::no_delay(true), failure);
  }
  const std::string text = render(request, connections.host);
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
  if (parser.get().keep_alive() && buffer.size() == 0) connections.idle.push_back(std::move(stream));
  co_return answer;
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
