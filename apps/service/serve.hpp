// `PROGRAM serve`: a service until SIGTERM or SIGINT; and what is the same in the main() of every such program.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "service/process.hpp"

namespace segue::service {

// argv begins with the command's own name; the exit status. Throws segue::Error.
int run_serve(const Program& program, int argc, char** argv);

using Command = std::function<int(int argc, char** argv)>;
// The commands of a program, besides serve, routes, --version and --help; an Error becomes text and exit status here.
int run_program(const Program& program, std::string_view help, const std::map<std::string, Command>& commands, int argc, char** argv);

}  // namespace segue::service
