#include "reservations/serve.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "reservations/init_load.hpp"
#include "reservations/own_database.hpp"
#include "reservations/serve_options.hpp"
#include "reservations/serve_threads.hpp"

namespace segue::reservations {
namespace {

namespace asio = boost::asio;

// The main thread while the others serve: waits for SIGTERM or for one of them to fail, and looks after the database.
void serve(ServeThreads& threads, const std::string& host, std::optional<OwnDatabase>& database) {
  asio::io_context io(1);
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
  asio::steady_timer look(io);
  const std::function<void()> look_after = [&] {
    look.expires_after(std::chrono::milliseconds(500));
    look.async_wait([&](boost::system::error_code error) {
      if (error) return;
      database->revive();
      look_after();
    });
  };
  if (database) look_after();
  fmt::print("reservations: listening on http://{}:{}\n", host, threads.port());
  std::fflush(stdout);
  threads.start([&io] { asio::post(io, [&io] { io.stop(); }); });
  io.run();
  log(LogLevel::info, "serve.draining");
  threads.drain();
}

// A wrong URL is an error now, an unreachable server later is not.
void try_database(const std::string& url) {
  pg::Connection db(url, {});
  if (lacks_ledger(db))
    throw Error(ErrorCode::not_found, "the database has no table \"booked_per_day\", which keeps count of its bookings",
                "type \"reservations init --database URL\" to add it");
}

}  // namespace

int run_serve(int argc, char** argv) {
  const auto options = serve_arguments(argc, argv);
  if (options.has("--help")) {
    fmt::print("{}", serve_help);
    return 0;
  }
  auto serving = read_serving(options);
  std::optional<OwnDatabase> database;
  if (!serving.embedded.empty()) {
    database.emplace(serving.embedded);
    serving.settings.database = database->url();
  }
  try_database(serving.settings.database);
  ServeThreads threads(std::make_shared<Process>(serving.settings), serving.listen, serving.threads);
  serve(threads, serving.listen.host, database);
  return 0;
}

}  // namespace segue::reservations
