// What all threads of one service process share: settings, flags, measures, limits.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reservations/cross_origin.hpp"
#include "reservations/rate_limit.hpp"
#include "reservations/serve_metrics.hpp"
#include "rollout/flag_client.hpp"

namespace segue::reservations {

struct Settings {
  std::string database;
  int connections = 4;                                           // of the process; split over its threads
  std::string token;                                             // empty: nobody is an administrator
  std::string token_name = "administrator";                      // who changed something, where no X-Admin says it
  std::string clinic_zone = "Asia/Seoul";
  std::string instance = "reservations";
  bool legacy = false;                                           // the old application: the old path, and no flags
  std::optional<int> override_percent;                           // stands instead of the flag's
  std::vector<std::string> origins;
  int rate_limit = 0;                                            // requests a second and client; 0: none
  bool behind_proxy = false;
};

struct Process {
  explicit Process(Settings settings);
  std::vector<rollout::FlagState> flag_states() const;

  const Settings settings;
  const CrossOrigin origins;
  const std::string flag_key;
  std::optional<rollout::FlagClient> flags;                      // none in legacy mode
  std::optional<RateLimiter> limiter;
  MetricsBoard metrics;
};

}  // namespace segue::reservations
