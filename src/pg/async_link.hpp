// One libpq connection whose socket Asio watches.
// Does: connect without blocking, tell when the socket can be read or written, close.
// Does not: know requests or pipelines (pipeline_session.hpp).
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "pg/connection.hpp"

namespace segue::pg {

class AsyncLink : public std::enable_shared_from_this<AsyncLink> {
 public:
  explicit AsyncLink(boost::asio::io_context& io);
  ~AsyncLink();

  // `done(true)` once connected; `done(false)` when it failed or took longer than the limit. Called once,
  // and not at all after close().
  void connect(const std::string& url, const Session& session, std::chrono::milliseconds limit,
               std::function<void(bool)> done);
  void when_readable(std::function<void()> then);
  void when_writable(std::function<void()> then);
  void close();
  pg_conn* raw() const { return conn_; }

 private:
  void step();
  void finish(bool connected);
  bool watch_socket();

  using Executor = boost::asio::io_context::executor_type;
  boost::asio::posix::basic_stream_descriptor<Executor> socket_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor> deadline_;
  std::function<void(bool)> done_;
  pg_conn* conn_ = nullptr;
};

}  // namespace segue::pg
