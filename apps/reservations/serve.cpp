#include "reservations/serve.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.hpp"
#include "net/http_server.hpp"
#include "reservations/application.hpp"
#include "base/options.hpp"

namespace segue::reservations {
namespace {

namespace asio = boost::asio;

constexpr std::string_view help =
    "reservations serve --database URL [--listen 127.0.0.1:8081] [--connections 4] [--token TOKEN]\n"
    "                   [--clinic-zone Asia/Seoul] [--instance NAME]\n"
    "Serves bookings over HTTP until SIGTERM; requests that have begun are answered first.\n"
    "  --listen       port 0 takes a free one; the address is printed\n"
    "  --connections  database sessions that serve requests; one more follows the flags\n"
    "  --token        what administrators show as bearer token; default: RESERVATIONS_TOKEN\n"
    "  --clinic-zone  time zone in which \"today\" is meant\n"
    "  --instance     name in health, and in pg_stat_activity\n";

Settings read_settings(const Options& options) {
  Settings settings;
  settings.database = options.database();
  settings.connections = static_cast<int>(options.integer("--connections", 4, 1, 64));
  const char* token = std::getenv("RESERVATIONS_TOKEN");
  settings.token = options.text("--token").value_or(token == nullptr ? "" : token);
  settings.clinic_zone = options.text("--clinic-zone").value_or(settings.clinic_zone);
  settings.instance = options.text("--instance").value_or(settings.instance);
  return settings;
}

asio::awaitable<void> shut_down(net::HttpServer& server, Application& application) {
  log(LogLevel::info, "serve.draining");
  co_await server.stop();
  application.close();
}

}  // namespace

int run_serve(int argc, char** argv) {
  const Options options("reservations serve", argc, argv,
                        {"--database", "--listen", "--connections", "--token", "--clinic-zone", "--instance"}, {"--help"});
  if (options.has("--help")) {
    fmt::print("{}", help);
    return 0;
  }
  const auto settings = read_settings(options);
  net::ServerOptions listen;
  std::tie(listen.host, listen.port) = net::parse_listen(options.text("--listen").value_or("127.0.0.1:8081"));
  { const pg::Connection tried(settings.database, {}); }  // a wrong URL is an error now, an unreachable server later is not

  asio::io_context io(1);
  Application application(io, settings);
  net::HttpServer server(io, listen, [&](net::Request request) { return application.handle(std::move(request)); });
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) asio::co_spawn(io, shut_down(server, application), asio::detached);
  });
  fmt::print("reservations: listening on http://{}:{}\n", listen.host, server.port());
  std::fflush(stdout);
  io.run();
  return 0;
}

}  // namespace segue::reservations
