#include "pg/async_link.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <utility>

#include "base/text.hpp"

namespace segue::pg {

using boost::asio::posix::descriptor_base;

namespace {

std::string start_options(const Session& session) {
  std::string options = "-c standard_conforming_strings=on -c client_min_messages=warning";
  if (!session.search_path.empty()) options += " -c search_path=" + replace_all(session.search_path, " ", "\\ ");
  if (session.lock_timeout.count() > 0) options += fmt::format(" -c lock_timeout={}", session.lock_timeout.count());
  if (session.statement_timeout.count() > 0)
    options += fmt::format(" -c statement_timeout={}", session.statement_timeout.count());
  return options;
}

}  // namespace

AsyncLink::AsyncLink(boost::asio::io_context& io) : socket_(io.get_executor()), deadline_(io.get_executor()) {}
AsyncLink::~AsyncLink() { close(); }

void AsyncLink::connect(const std::string& url, const Session& session, std::chrono::milliseconds limit,
                        std::function<void(bool)> done) {
  done_ = std::move(done);
  const auto options = start_options(session);
  const char* keys[] = {"dbname", "application_name", "options", "client_encoding", "keepalives_idle", nullptr};
  const char* values[] = {url.c_str(), session.application_name.c_str(), options.c_str(), "UTF8", "10", nullptr};
  conn_ = PQconnectStartParams(keys, values, 1);
  deadline_.expires_after(limit);
  deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->finish(false);
  });
  if (conn_ == nullptr || PQstatus(conn_) == CONNECTION_BAD || !watch_socket()) return finish(false);
  when_writable([this] { step(); });
}

void AsyncLink::step() {
  const auto state = PQconnectPoll(conn_);
  if (state == PGRES_POLLING_OK) return finish(watch_socket());
  // libpq may have moved on to another address, with another socket.
  if (state == PGRES_POLLING_FAILED || !watch_socket()) return finish(false);
  if (state == PGRES_POLLING_READING) when_readable([this] { step(); });
  else when_writable([this] { step(); });
}

// Asio closes the descriptor it is given, and so would libpq: each gets its own.
bool AsyncLink::watch_socket() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  const int copy = ::dup(PQsocket(conn_));
  if (copy < 0) return false;
  socket_.assign(copy, ignored);
  return !ignored;
}

void AsyncLink::finish(bool connected) {
  deadline_.cancel();
  if (const auto done = std::exchange(done_, nullptr)) done(connected);
}

void AsyncLink::when_readable(std::function<void()> then) {
  socket_.async_wait(descriptor_base::wait_read,
                     [self = shared_from_this(), then = std::move(then)](boost::system::error_code error) {
                       if (!error && self->conn_ != nullptr) then();
                     });
}

void AsyncLink::when_writable(std::function<void()> then) {
  socket_.async_wait(descriptor_base::wait_write,
                     [self = shared_from_this(), then = std::move(then)](boost::system::error_code error) {
                       if (!error && self->conn_ != nullptr) then();
                     });
}

void AsyncLink::close() {
  boost::system::error_code ignored;
  done_ = nullptr;
  deadline_.cancel();
  socket_.close(ignored);
  if (conn_ != nullptr) PQfinish(std::exchange(conn_, nullptr));
}

}  // namespace segue::pg
