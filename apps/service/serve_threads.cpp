#include "service/serve_threads.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "service/service.hpp"

namespace segue::service {

namespace asio = boost::asio;

struct ServeThreads::Thread {
  Thread(const std::shared_ptr<Process>& process, const net::ServerOptions& listen, int connections)
      : service(process->program.make(io, process, connections)),
        server(io, listen, [this](net::Request request) { return service->handle(std::move(request)); }) {}

  void run(const std::function<void()>& cannot_go_on) {
    try {
      io.run();
    } catch (...) {
      failed = std::current_exception();
      cannot_go_on();
    }
  }
  void drain() {
    asio::co_spawn(io, [](Thread* self) -> asio::awaitable<void> {
      co_await self->server.stop();
      self->service->close();
    }(this), asio::detached);
  }

  asio::io_context io{1};
  std::unique_ptr<Service> service;
  net::HttpServer server;
  std::exception_ptr failed;
  std::thread thread;
};

namespace {

// A shared port would let a second service slip in beside the first one without a word; so the address has to be free.
void require_free(net::ServerOptions listen) {
  if (listen.port == 0) return;
  asio::io_context io(1);
  listen.shared_port = false;
  const net::HttpServer tried(io, listen, {});
}

}  // namespace

ServeThreads::ServeThreads(const std::shared_ptr<Process>& process, net::ServerOptions listen, int threads) {
  if (threads > 1) require_free(listen);
  listen.shared_port = threads > 1;
  for (int i = 0; i < threads; ++i) {
    const int connections = process->settings.connections;
    const int share = connections / threads + (i < connections % threads ? 1 : 0);
    threads_.push_back(std::make_unique<Thread>(process, listen, std::max(1, share)));
    listen.port = threads_.front()->server.port();
  }
}

// Only where the start failed half-way: otherwise drain() has joined them all.
ServeThreads::~ServeThreads() {
  for (auto& one : threads_)
    if (one->thread.joinable()) {
      one->io.stop();
      one->thread.join();
    }
}

std::uint16_t ServeThreads::port() const { return threads_.front()->server.port(); }

void ServeThreads::start(const std::function<void()>& failed) {
  for (auto& one : threads_) one->thread = std::thread([self = one.get(), failed] { self->run(failed); });
}

void ServeThreads::drain() {
  for (auto& one : threads_) asio::post(one->io, [self = one.get()] { self->drain(); });
  for (auto& one : threads_) one->thread.join();
  for (const auto& one : threads_)
    if (one->failed) std::rethrow_exception(one->failed);
}

}  // namespace segue::service
