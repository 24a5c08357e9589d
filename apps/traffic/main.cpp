#include <fmt/format.h>

#include <exception>
#include <string_view>

#include "base/error.hpp"
#include "traffic/commands.hpp"

namespace {

constexpr std::string_view help =
    "traffic: made-up patients for a live service, and the ledger that proves nothing was lost\n"
    "  traffic run    send requests as people come and write down every intent and its outcome\n"
    "  traffic stats  add up the statistics of an interval of a run\n"
    "  traffic audit  compare the ledger with the database, both ways\n"
    "Each takes --help.\n";

int dispatch(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "run") return segue::traffic::run_run(argc - 1, argv + 1);
  if (command == "stats") return segue::traffic::run_stats(argc - 1, argv + 1);
  if (command == "audit") return segue::traffic::run_audit(argc - 1, argv + 1);
  if (command == "--help" || command == "help") {
    fmt::print("{}", help);
    return 0;
  }
  throw segue::Error(segue::ErrorCode::usage, command.empty() ? "no command given" : fmt::format("unknown command \"{}\"", command),
                     "type \"traffic --help\"");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const segue::Error& error) {
    fmt::print(stderr, "{}\n", describe(error));
    return facts_of(error.code()).exit_status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return facts_of(segue::ErrorCode::system).exit_status;
  }
}
