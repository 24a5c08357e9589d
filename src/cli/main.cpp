// The only place of the program segue that turns an Error into text and an exit status.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/fault.hpp"
#include "base/interrupt.hpp"
#include "cli/command.hpp"

namespace {

using segue::cli::Command;

std::string usage() {
  std::string text =
      "segue replaces the data model of a live PostgreSQL application while it keeps serving, and can go back at every step.\n\n"
      "usage: segue [--database URL] COMMAND ...\n\n";
  for (const auto& command : segue::cli::commands()) text += fmt::format("  segue {} {}\n      {}\n", command.name, command.usage, command.summary);
  return text + "\nThe URL may stand in SEGUE_DATABASE. Exit status: 0 done, 1 the answer is no, 2 usage or plan file, 3 database,\n"
                "4 in doubt (run again), 5 rolled back by the guard, 130 interrupted (run again).";
}

// Options before the command belong to it: segue --database URL run PLAN.
int dispatch(std::vector<std::string> words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].rfind("--", 0) == 0) at += words[at] == "--database" ? 2 : 1;
  const bool help = std::find(words.begin(), words.end(), "--help") != words.end();
  if (at >= words.size() || words[at] == "help" || help) {
    if (words.size() == 1 && words[0] == "--version") return segue::cli::print(std::string("segue ") + SEGUE_VERSION), 0;
    segue::cli::print(usage());
    return help || (at < words.size() && words[at] == "help") ? 0 : 2;
  }
  const auto name = words[at];
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  for (const Command& command : segue::cli::commands())
    if (command.name == name) return command.run(words);
  throw segue::Error(segue::ErrorCode::usage, fmt::format("unknown command \"{}\"", name), "segue help shows every command");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
  segue::watch_interrupts();
  try {
    segue::fault::arm();
    return dispatch(words);
  } catch (const segue::Error& error) {
    if (json) segue::cli::print(segue::describe_json(error));
    else fmt::print(stderr, "\n{}\n", segue::describe(error));
    return segue::facts_of(error.code()).exit_status;
  } catch (const std::exception& error) {
    fmt::print(stderr, "\nerror: segue itself failed: {}\nHINT: this is a defect; the journal is sound, run the same command again\n", error.what());
    return 3;
  }
}
