#include "service/serve_options.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/log.hpp"

namespace segue::service {

namespace {

constexpr std::string_view embedded_scheme = "embedded:";

void read_token_into(const Program& program, const Options& options, Settings& settings) {
  if (program.token_variable.empty()) return;
  const char* token = std::getenv(program.token_variable.c_str());
  settings.token = options.text("--token").value_or(token == nullptr ? "" : token);
  settings.token_name = options.text("--token-name").value_or(settings.token_name);
}

void read_switches_into(const Program& program, Settings& settings) {
  if (program.switches != nullptr) settings.overrides = program.switches();
  if (!settings.legacy || settings.overrides.empty()) return;
  log(LogLevel::warn, "switches.ignored", {{"reason", std::string("legacy mode has the old path only")}});
  settings.overrides.clear();
}

}  // namespace

Options serve_arguments(const Program& program, int argc, char** argv) {
  Options::Names with_value{"--database", "--listen", "--threads", "--connections", program.zone_option, "--instance", "--allow-origin", "--rate-limit"};
  if (!program.token_variable.empty()) with_value.insert(with_value.end(), {"--token", "--token-name"});
  return Options(program.name + " serve", argc, argv, with_value, {"--behind-proxy", "--legacy", "--help"});
}

Serving read_serving(const Program& program, const Options& options) {
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
  read_token_into(program, options, settings);
  settings.time_zone = options.text(program.zone_option).value_or(settings.time_zone);
  settings.instance = options.text("--instance").value_or(settings.instance);
  settings.origins = options.all("--allow-origin");
  settings.rate_limit = static_cast<int>(options.integer("--rate-limit", 0, 0, 100'000));
  settings.behind_proxy = options.has("--behind-proxy");
  settings.legacy = options.has("--legacy");
  read_switches_into(program, settings);
  return serving;
}

}  // namespace segue::service
