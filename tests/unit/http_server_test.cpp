#include "net/http_server.hpp"

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/error.hpp"
#include "net/http_client.hpp"

using namespace segue;
namespace asio = boost::asio;
using asio::awaitable;

namespace {

// Echoes; /slow takes a moment, /fail throws.
awaitable<net::Response> echo(net::Request request) {
  if (request.path == "/fail") throw std::runtime_error("secret");
  if (request.path == "/peer") {
    net::Response response;
    response.body = "peer " + request.peer;
    co_return response;
  }
  if (request.path == "/slow") {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
    co_await timer.async_wait(asio::use_awaitable);
  }
  net::Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " " + request.parameter("q").value_or("-") + " " + request.body;
  co_return response;
}

net::ServerOptions small() {
  net::ServerOptions options;
  options.header_limit = 1024;
  options.body_limit = 1024;
  options.read_timeout = std::chrono::milliseconds(300);
  options.idle_timeout = std::chrono::milliseconds(300);
  return options;
}

struct Running {
  asio::io_context io{1};
  net::HttpServer server{io, small(), echo};

  void run(std::function<awaitable<void>()> body) {
    std::exception_ptr failed;
    asio::co_spawn(io, stop_after(body), [&](std::exception_ptr error) { failed = error; });
    io.run();
    if (failed) std::rethrow_exception(failed);
  }
  awaitable<void> stop_after(const std::function<awaitable<void>()>& body) {
    co_await body();
    co_await server.stop();
  }
  // Everything the server says to these bytes until it closes.
  awaitable<std::string> raw(std::string text, bool shut = true) {
    asio::ip::tcp::socket socket(io);
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server.port());
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    if (shut) socket.shutdown(asio::ip::tcp::socket::shutdown_send);
    std::string all;
    const auto token = asio::as_tuple(asio::use_awaitable);
    co_await asio::async_read(socket, asio::dynamic_buffer(all), token);
    co_return all;
  }
  std::string says(std::string text, bool shut = true) {
    std::string all;
    run([&]() -> awaitable<void> { all = co_await raw(text, shut); });
    return all;
  }
};

int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

}  // namespace

TEST_CASE("pipelined requests are answered in order on one connection") {
  const auto all = Running().says("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST /b?q=%41+b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
                                  "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(count(all, "HTTP/1.1 200 OK") == 3);
  CHECK(all.find("GET /slow") < all.find("POST /b A b xyz"));
  CHECK(all.find("POST /b A b xyz") < all.find("GET /c"));
}

TEST_CASE("a body in chunks is put together") {
  const auto all = Running().says("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
  CHECK(all.find("POST /x - abcde") != std::string::npos);
}

TEST_CASE("what is too large or malformed is refused and the connection closed") {
  CHECK(Running().says("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'a')).starts_with("HTTP/1.1 413"));
  CHECK(Running().says("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'a') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
  CHECK(Running().says("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(Running().says("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(Running().says("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST_CASE("a request that never ends is given up, an idle connection closed silently") {
  CHECK(Running().says("GET / HTTP/1.1\r\nHost: x\r\n", false).starts_with("HTTP/1.1 408"));
  CHECK(Running().says("", false).empty());
}

TEST_CASE("a handler that throws is a 500 that tells nothing, and the connection goes on") {
  const auto all = Running().says("GET /fail HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(all.starts_with("HTTP/1.1 500"));
  CHECK(all.find("secret") == std::string::npos);
  CHECK(all.find("GET /next") != std::string::npos);
}

TEST_CASE("HEAD has the length and no body, and 100-continue is said") {
  const auto head = Running().says("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(head.find("Content-Length: 10\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
  const auto expecting = Running().says("POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", false);
  CHECK(expecting.starts_with("HTTP/1.1 100 Continue\r\n\r\n"));
}

TEST_CASE("the client keeps its connection and answers are whole") {
  Running running;
  net::HttpClient::Options options;
  options.port = running.server.port();
  std::size_t connections = 0;
  std::string body;
  running.run([&]() -> awaitable<void> {
    net::HttpClient client(running.io, options);
    for (int i = 0; i < 10; ++i) {
      const auto response = co_await client.request("POST", "/echo", "hello");
      body = response.body;
    }
    connections = running.server.connections();
  });
  CHECK(body == "POST /echo - hello");
  CHECK(connections == 1);
}

TEST_CASE("stopping answers what has begun") {
  Running running;
  std::string slow;
  running.run([&]() -> awaitable<void> {
    asio::co_spawn(running.io, running.raw("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", false),
                   [&](std::exception_ptr, std::string all) { slow = std::move(all); });
    asio::steady_timer timer(running.io, std::chrono::milliseconds(20));
    co_await timer.async_wait(asio::use_awaitable);
  });
  CHECK(slow.starts_with("HTTP/1.1 200"));
  CHECK(slow.find("Connection: close") != std::string::npos);
}

TEST_CASE("a client tells a request that was never sent from one whose answer was lost") {
  asio::io_context io(1);
  net::HttpClient::Options options;
  {
    asio::ip::tcp::acceptor taken(io, {asio::ip::address_v4::loopback(), 0});
    options.port = taken.local_endpoint().port();
  }
  Outcome outcome = Outcome::done;
  asio::co_spawn(io, [&]() -> awaitable<void> {
    net::HttpClient client(io, options);
    try {
      co_await client.request("POST", "/", "x");
    } catch (const Error& error) {
      outcome = error.outcome();
    }
  }, asio::detached);
  io.run();
  CHECK(outcome == Outcome::not_done);
}

TEST_CASE("a handler learns who is at the other end") {
  CHECK(Running().says("GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ends_with("peer 127.0.0.1"));
}

TEST_CASE("a port is shared only by servers that both say so") {
  asio::io_context io(1);
  auto options = small();
  options.shared_port = true;
  const net::HttpServer first(io, options, echo);
  options.port = first.port();
  const net::HttpServer second(io, options, echo);
  CHECK(second.port() == first.port());
  options.shared_port = false;
  CHECK_THROWS_AS(net::HttpServer(io, options, echo), Error);
}
