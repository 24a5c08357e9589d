#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "reservations/init_load.hpp"
#include "reservations/routes.hpp"
#include "reservations/serve.hpp"

namespace {

constexpr std::string_view help =
    "reservations: the hospital's booking service\n"
    "  reservations init   create the old data model in an empty database\n"
    "  reservations load   fill it with made-up reservations\n"
    "  reservations serve  serve bookings over HTTP\n"
    "Each tells more with --help.\n";

int run(int argc, char** argv) {
  using namespace segue::reservations;
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "init") return run_init(argc - 1, argv + 1);
  if (command == "load") return run_load(argc - 1, argv + 1);
  if (command == "serve") return run_serve(argc - 1, argv + 1);
  if (command == "routes") {  // for the test that compares them with the OpenAPI document
    for (const auto& route : routes())
      fmt::print("{} {} {}\n", route.method, route.pattern, route.access == Access::administrators ? "administrators" : "anyone");
    return 0;
  }
  if (command == "--version") {
    fmt::print("reservations {}\n", SEGUE_VERSION);
    return 0;
  }
  const bool asked = command == "--help" || command == "help";
  fmt::print(asked ? stdout : stderr, "{}", help);
  return asked ? 0 : segue::facts_of(segue::ErrorCode::usage).exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const segue::Error& error) {
    fmt::print(stderr, "{}\n", segue::describe(error));
    return segue::facts_of(error.code()).exit_status;
  }
}
