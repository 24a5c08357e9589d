// What a service is (Program), and what all threads of one process share: settings, flags, measures, limits.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pg/connection.hpp"
#include "rollout/flag_client.hpp"
#include "service/cross_origin.hpp"
#include "service/metrics.hpp"
#include "service/rate_limit.hpp"
#include "service/routes.hpp"

namespace segue::service {

struct Settings {
  std::string database;
  int connections = 4;                                           // of the process; split over its threads
  std::string token;                                             // the bearer token; empty: nobody has it
  std::string token_name = "administrator";                      // who calls with it, where no X-Admin says it
  std::string time_zone = "Asia/Seoul";                          // in which dates are meant
  std::string instance;                                          // its name; the program's if empty
  bool legacy = false;                                           // the old application: the old path, and no flags
  std::map<std::string, int> overrides;                          // full flag key -> percent that stands instead of the flag's
  std::vector<std::string> origins;
  int rate_limit = 0;                                            // requests a second and client; 0: none
  bool behind_proxy = false;
};

struct Process;

// An application: it lives as long as the program.
struct Program {
  std::string name;                                              // of the command, in metrics and in the log: "orders"
  std::string_view help;                                         // of `serve`
  std::string_view schema;                                       // what an empty database of its own gets
  std::string_view openapi;
  std::string token_variable;                                    // where --token may come from; empty: it has no single token
  std::string zone_option;                                       // the name of the option for the time zone: "--zone"
  const std::vector<Route>& (*routes)();
  std::unique_ptr<Service> (*make)(boost::asio::io_context& io, std::shared_ptr<Process> process, int connections);
  void (*look_at)(pg::Connection& db) = nullptr;                 // at start: an Error says why this database cannot be served
  std::map<std::string, int> (*switches)() = nullptr;            // emergency switches of the environment, as Settings::overrides
};

struct Process {
  Process(const Program& program, Settings settings);
  std::vector<rollout::FlagState> flag_states() const;
  // What /health says of any service, without the database.
  boost::json::object health() const;

  const Program& program;
  const Settings settings;
  const CrossOrigin origins;
  std::optional<rollout::FlagClient> flags;                      // none in legacy mode
  std::optional<RateLimiter> limiter;
  MetricsBoard metrics;
};

}  // namespace segue::service
