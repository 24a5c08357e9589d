// One file a command. A command reads its words, calls engine/, prints, and returns the exit status.
// Does not: hold logic; Errors travel to main, which turns them into text and status.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/arguments.hpp"
#include "base/progress.hpp"
#include "journal/identity.hpp"
#include "plan/plan.hpp"

namespace segue::cli {

using Words = std::vector<std::string>;

struct Command {
  std::string_view name, usage, summary;
  int (*run)(const Words& words);
};
const std::vector<Command>& commands();

int check(const Words& words);
int show(const Words& words);
int run(const Words& words);
int status(const Words& words);
int report(const Words& words);
int backup(const Words& words);
int approve(const Words& words);
int rollout(const Words& words);
int verify(const Words& words);
int rollback(const Words& words);
int revert(const Words& words);
int archive(const Words& words);
int grants(const Words& words);
int audit(const Words& words);
int read(const Words& words);
int profile(const Words& words);
int review(const Words& words);
int watch(const Words& words);
int pg(const Words& words);
int errors(const Words& words);
int faults(const Words& words);

// ---- shared (command.cpp)
// The options every command takes, and its own.
std::vector<Arguments::Option> with_common(std::vector<Arguments::Option> own);
// --accept-changed-plan, --accept-clone, --accept-restored: what a refusal's hint asks for.
std::vector<Arguments::Option> with_acceptance(std::vector<Arguments::Option> own);
journal::Accepted accepted(const Arguments& arguments);
// --database, else SEGUE_DATABASE; Error{usage} if neither is there.
std::string database_url(const Arguments& arguments);
plan::Plan load_plan(const Arguments& arguments);
// --by, else the user's login name.
std::string actor(const Arguments& arguments);
// A terminal sees one live line, a pipe plain lines, --json JSON lines.
std::unique_ptr<Progress> progress_for(const Arguments& arguments);
void print(const std::string& text);
void print_page(const std::string& text);                          // it ends its lines itself

}  // namespace segue::cli
