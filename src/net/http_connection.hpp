// One connection of the HttpServer (private to net/).
// Does: read requests with Beast's parser, call the handler, write responses; tell the sweeper its deadline.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <memory>

#include "net/http_server.hpp"

namespace segue::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using Clock = std::chrono::steady_clock;

struct Connection {
  enum class Phase { idle, reading, handling, writing };
  Connection(Socket socket_, std::size_t header_limit)
      : socket(std::move(socket_)), buffer(header_limit + 64 * 1024), peer(address_of_peer(socket)) {}
  static std::string address_of_peer(const Socket& socket);
  void enter(Phase next, std::chrono::milliseconds limit) {
    phase = next;
    deadline = Clock::now() + limit;
  }
  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  Socket socket;
  boost::beast::flat_buffer buffer;
  std::string peer;
  Phase phase = Phase::idle;
  Clock::time_point deadline = Clock::time_point::max();
  bool timed_out = false;
};

// Ends when the connection does. `stopping` is looked at after each response.
boost::asio::awaitable<void> converse(std::shared_ptr<Connection> connection, const ServerOptions& options,
                                      const HttpServer::Handler& handler, const bool& stopping);

}  // namespace segue::net
