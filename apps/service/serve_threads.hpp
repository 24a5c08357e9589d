// The threads that serve: each has an event loop, a listening socket, database sessions and measures of its own.
// Does: share one port among them; end all when one fails. Does not: handle signals, or start a database.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "service/process.hpp"

namespace segue::service {

class ServeThreads {
 public:
  // Listens at once. Error{system} where the address is taken, also by another process that would share it.
  ServeThreads(const std::shared_ptr<Process>& process, net::ServerOptions listen, int threads);
  ~ServeThreads();
  std::uint16_t port() const;
  // `failed` is called on the thread that cannot go on.
  void start(const std::function<void()>& failed);
  // Requests that have begun are answered; returns when all threads have ended. Throws what a thread failed with.
  void drain();

 private:
  struct Thread;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace segue::service
