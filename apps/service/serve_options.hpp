// The command line and environment of `PROGRAM serve` as a value.
#pragma once
#include <string>

#include "base/options.hpp"
#include "net/http_server.hpp"
#include "service/process.hpp"

namespace segue::service {

struct Serving {
  Settings settings;
  net::ServerOptions listen;
  int threads = 1;
  std::string embedded;                                          // directory of a PostgreSQL of our own; empty: none
};
Options serve_arguments(const Program& program, int argc, char** argv);
// Error{usage} for what is not understood, switches in the environment too.
Serving read_serving(const Program& program, const Options& options);

}  // namespace segue::service
