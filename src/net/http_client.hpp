// An HTTP/1.1 client on one keep-alive connection, for Asio coroutines.
// Does: one request at a time, a deadline for each, connect again after the server closed.
// Does not: TLS, redirects, pooling (hold several clients); nor repeat a request that may have been carried out.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "net/http.hpp"

namespace segue::net {

class HttpClient {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 80;
    std::chrono::milliseconds timeout{10'000};                   // for connecting, sending and the whole answer
    std::size_t body_limit = 16 * 1024 * 1024;
  };
  HttpClient(boost::asio::io_context& io, Options options);
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  // `target` is sent as it is. Error{connection}: outcome not_done where the request was not sent (no connection),
  // unknown where it was and no whole answer came. GET and HEAD are sent once more on a fresh connection
  // where a kept one turns out to be dead.
  boost::asio::awaitable<Response> request(std::string method, std::string target, std::string body = {},
                                           Headers headers = {});
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace segue::net
