#include "service/process.hpp"

#include "base/log.hpp"

namespace segue::service {
namespace {

rollout::FlagClient::Options flag_options(const Settings& settings) {
  rollout::FlagClient::Options options;
  options.url = settings.database;
  options.application_name = settings.instance + "/flags";
  options.overrides = settings.overrides;
  options.on_change = [](const rollout::FlagState& flag) {
    log(LogLevel::info, "flag.changed", {{"flag", flag.key}, {"percent", std::int64_t{flag.percent}}, {"overridden", flag.overridden}});
  };
  return options;
}

Settings named(const Program& program, Settings settings) {
  if (settings.instance.empty()) settings.instance = program.name;
  return settings;
}

}  // namespace

Process::Process(const Program& program_, Settings settings_)
    : program(program_), settings(named(program_, std::move(settings_))), origins(settings.origins) {
  if (settings.rate_limit > 0) limiter.emplace(settings.rate_limit);
  if (settings.legacy) return;
  for (const auto& [flag, percent] : settings.overrides)
    log(LogLevel::warn, "flag.overridden", {{"flag", flag}, {"percent", std::int64_t{percent}}});
  flags.emplace(flag_options(settings));
}

std::vector<rollout::FlagState> Process::flag_states() const {
  return flags ? flags->all() : std::vector<rollout::FlagState>{};
}

boost::json::object Process::health() const {
  boost::json::object percents, overrides;
  for (const auto& flag : flag_states()) {
    percents[flag.key] = flag.percent;
    if (flag.overridden) overrides[flag.key] = flag.percent;
  }
  return {{"instance", settings.instance}, {"mode", settings.legacy ? "legacy" : "normal"}, {"flags", std::move(percents)},
          {"overrides", std::move(overrides)}, {"threads", metrics.threads()}, {"in_flight", metrics.sum().in_flight}};
}

}  // namespace segue::service
