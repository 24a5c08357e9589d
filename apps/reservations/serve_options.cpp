#include "reservations/serve_options.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/log.hpp"
#include "reservations/switches.hpp"

namespace segue::reservations {

const std::string_view serve_help =
    "reservations serve --database URL|embedded:DIR [--listen 127.0.0.1:8081] [--threads N] [--connections 4]\n"
    "                   [--token TOKEN] [--token-name administrator] [--clinic-zone Asia/Seoul] [--instance NAME]\n"
    "                   [--allow-origin URL ...] [--rate-limit N] [--behind-proxy] [--legacy]\n"
    "Serves bookings over HTTP until SIGTERM; requests that have begun are answered first.\n"
    "  --database      embedded:DIR starts a private PostgreSQL in DIR, with the old schema where it is empty\n"
    "  --listen        port 0 takes a free one; the address is printed\n"
    "  --threads       event loops; default: one a core\n"
    "  --connections   database sessions that serve requests, split over the threads (at least one each);\n"
    "                  one more follows the flags\n"
    "  --token         what administrators show as bearer token; default: RESERVATIONS_TOKEN\n"
    "  --token-name    who changed something, where a call has no X-Admin header\n"
    "  --clinic-zone   time zone in which \"today\" is meant\n"
    "  --instance      name in health, and in pg_stat_activity\n"
    "  --allow-origin  web pages of this origin may book (CORS); may be given several times; default: none\n"
    "  --rate-limit    requests a second for each client address, public calls only; default: no limit\n"
    "  --behind-proxy  the client is the last entry of X-Forwarded-For, not the peer\n"
    "  --legacy        the old application: old path only, no flags, no calls for the new model\n"
    "Emergency switches in the environment, instead of the flag and shown as overrides:\n"
    "  USE_DYNAMIC_SERVICES=true|false, DYNAMIC_SERVICES_ROLLOUT_PERCENTAGE=0..100 (where the first is not true)\n";

namespace {

constexpr std::string_view embedded_scheme = "embedded:";

void read_switches_into(Settings& settings) {
  settings.override_percent = read_switches();
  if (!settings.legacy || !settings.override_percent) return;
  log(LogLevel::warn, "switches.ignored", {{"reason", std::string("legacy mode has the old path only")}});
  settings.override_percent.reset();
}

}  // namespace

Options serve_arguments(int argc, char** argv) {
  return Options("reservations serve", argc, argv,
                 {"--database", "--listen", "--threads", "--connections", "--token", "--token-name", "--clinic-zone", "--instance",
                  "--allow-origin", "--rate-limit"},
                 {"--behind-proxy", "--legacy", "--help"});
}

Serving read_serving(const Options& options) {
  Serving serving;
  auto& settings = serving.settings;
  settings.database = options.database();
  if (settings.database.starts_with(embedded_scheme)) {
    serving.embedded = settings.database.substr(embedded_scheme.size());
    if (serving.embedded.empty()) throw options.usage("\"embedded:\" wants a directory");
  }
  std::tie(serving.listen.host, serving.listen.port) = net::parse_listen(options.text("--listen").value_or("127.0.0.1:8081"));
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  serving.threads = static_cast<int>(options.integer("--threads", std::min(cores, 64U), 1, 64));
  settings.connections = static_cast<int>(options.integer("--connections", 4, 1, 64));
  const char* token = std::getenv("RESERVATIONS_TOKEN");
  settings.token = options.text("--token").value_or(token == nullptr ? "" : token);
  settings.token_name = options.text("--token-name").value_or(settings.token_name);
  settings.clinic_zone = options.text("--clinic-zone").value_or(settings.clinic_zone);
  settings.instance = options.text("--instance").value_or(settings.instance);
  settings.origins = options.all("--allow-origin");
  settings.rate_limit = static_cast<int>(options.integer("--rate-limit", 0, 0, 100'000));
  settings.behind_proxy = options.has("--behind-proxy");
  settings.legacy = options.has("--legacy");
  read_switches_into(settings);
  return serving;
}

}  // namespace segue::reservations
