// One request and its answer over the connections that are kept to one target.
// Does: take a kept connection that is still alive or make one; tell "certainly not sent" from "the answer is lost".
// Does not: choose a target, repeat, follow redirects or speak TLS.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <vector>

#include "traffic/http_message.hpp"

namespace segue::traffic {

struct Connections {
  Connections(boost::asio::io_context& io, const Target& target);  // Error{usage} if nobody knows the host
  std::string host;                                              // as the Host header says it
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;
  std::vector<std::unique_ptr<boost::beast::tcp_stream>> idle;
};

inline constexpr std::string_view refused_connection = "connection refused";  // the reason of an answer; nothing was sent

// Both must live until the end.
boost::asio::awaitable<Answer> exchange(Connections& connections, const Request& request, Clock::time_point deadline);

}  // namespace segue::traffic
