#include "reservations/process.hpp"

#include "base/log.hpp"

namespace segue::reservations {
namespace {

rollout::FlagClient::Options flag_options(const Settings& settings, const std::string& key) {
  rollout::FlagClient::Options options;
  options.url = settings.database;
  options.application_name = settings.instance + "/flags";
  if (settings.override_percent) options.overrides[key] = *settings.override_percent;
  options.on_change = [](const rollout::FlagState& flag) {
    log(LogLevel::info, "flag.changed", {{"flag", flag.key}, {"percent", std::int64_t{flag.percent}}, {"overridden", flag.overridden}});
  };
  return options;
}

}  // namespace

Process::Process(Settings settings_)
    : settings(std::move(settings_)), origins(settings.origins), flag_key(rollout::flag_key("hospital-services", "dynamic-services")) {
  if (settings.rate_limit > 0) limiter.emplace(settings.rate_limit);
  if (settings.legacy) return;
  if (settings.override_percent)
    log(LogLevel::warn, "flag.overridden", {{"flag", flag_key}, {"percent", std::int64_t{*settings.override_percent}}});
  flags.emplace(flag_options(settings, flag_key));
}

std::vector<rollout::FlagState> Process::flag_states() const {
  return flags ? flags->all() : std::vector<rollout::FlagState>{};
}

}  // namespace segue::reservations
