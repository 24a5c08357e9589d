// The command line and environment of `reservations serve` as a value.
#pragma once
#include <string_view>

#include "base/options.hpp"
#include "net/http_server.hpp"
#include "reservations/process.hpp"

namespace segue::reservations {

extern const std::string_view serve_help;

struct Serving {
  Settings settings;
  net::ServerOptions listen;
  int threads = 1;
  std::string embedded;                                          // directory of a PostgreSQL of our own; empty: none
};
Options serve_arguments(int argc, char** argv);
// Error{usage} for what is not understood, switches in the environment too.
Serving read_serving(const Options& options);

}  // namespace segue::reservations
