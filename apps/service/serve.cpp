#include "service/serve.hpp"

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
#include "service/own_database.hpp"
#include "service/serve_options.hpp"
#include "service/serve_threads.hpp"

namespace segue::service {
namespace {

namespace asio = boost::asio;

// The main thread while the others serve: waits for SIGTERM or for one of them to fail, and looks after the database.
void serve(const std::string& name, ServeThreads& threads, const std::string& host, std::optional<OwnDatabase>& database) {
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
  fmt::print("{}: listening on http://{}:{}\n", name, host, threads.port());
  std::fflush(stdout);
  threads.start([&io] { asio::post(io, [&io] { io.stop(); }); });
  io.run();
  log(LogLevel::info, "serve.draining");
  threads.drain();
}

}  // namespace

int run_serve(const Program& program, int argc, char** argv) {
  const auto options = serve_arguments(program, argc, argv);
  if (options.has("--help")) {
    fmt::print("{}", program.help);
    return 0;
  }
  auto serving = read_serving(program, options);
  std::optional<OwnDatabase> database;
  if (!serving.embedded.empty()) {
    database.emplace(serving.embedded, program.schema);
    serving.settings.database = database->url();
  }
  {
    pg::Connection tried(serving.settings.database, {});         // a wrong URL is an error now, an unreachable server later is not
    if (program.look_at != nullptr) program.look_at(tried);
  }
  ServeThreads threads(std::make_shared<Process>(program, serving.settings), serving.listen, serving.threads);
  serve(program.name, threads, serving.listen.host, database);
  return 0;
}

namespace {

int dispatch(const Program& program, std::string_view help, const std::map<std::string, Command>& commands, int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (const auto found = commands.find(command); found != commands.end()) return found->second(argc - 1, argv + 1);
  if (command == "serve") return run_serve(program, argc - 1, argv + 1);
  if (command == "routes") {  // for the test that compares them with the OpenAPI document
    for (const auto& route : program.routes())
      fmt::print("{} {} {}\n", route.method, route.pattern, route.access == Access::bearer ? "bearer" : "anyone");
    return 0;
  }
  if (command == "--version") {
    fmt::print("{} {}\n", program.name, SEGUE_VERSION);
    return 0;
  }
  const bool asked = command == "--help" || command == "help";
  fmt::print(asked ? stdout : stderr, "{}", help);
  return asked ? 0 : facts_of(ErrorCode::usage).exit_status;
}

}  // namespace

int run_program(const Program& program, std::string_view help, const std::map<std::string, Command>& commands, int argc, char** argv) {
  try {
    return dispatch(program, help, commands, argc, argv);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", describe(error));
    return facts_of(error.code()).exit_status;
  }
}

}  // namespace segue::service
