// An HTTP/1.1 server for Asio: a coroutine for each connection, handlers are coroutines too.
// Does: keep-alive, pipelined requests (answered in order), chunked bodies, Expect: 100-continue, limits on header,
//       body, time and connections, a drain that answers what has begun.
// Does not: TLS, HTTP/2, streaming bodies, routing; nor use more than the one thread that runs the io_context
//       (several servers with `shared_port` and a thread each use several).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/http.hpp"

namespace segue::net {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                                        // 0: one that is free
  bool shared_port = false;                                      // several servers of one process share it (SO_REUSEPORT)
  std::size_t header_limit = 16 * 1024;                          // more: 431
  std::size_t body_limit = 64 * 1024;                            // more: 413
  std::size_t connection_limit = 4096;                           // more are closed at once
  std::chrono::milliseconds idle_timeout{60'000};                // between two requests: closed silently
  std::chrono::milliseconds read_timeout{10'000};                // for a whole request (408), and to take the response
  std::chrono::milliseconds drain_timeout{10'000};
};

class HttpServer {
 public:
  // What it throws becomes 500 without details.
  using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

  // Listens at once. Error{system} naming the address where that fails.
  HttpServer(boost::asio::io_context& io, ServerOptions options, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::uint16_t port() const;
  std::size_t connections() const;
  // Stops accepting, closes what is idle, lets begun requests end. Returns when all are gone or the drain time is over.
  boost::asio::awaitable<void> stop();

  struct State;

 private:
  std::shared_ptr<State> state_;
};

// "127.0.0.1:8081", "[::1]:0", ":8080" -> host, port. Error{usage} if it is anything else.
std::pair<std::string, std::uint16_t> parse_listen(std::string_view address);

}  // namespace segue::net
