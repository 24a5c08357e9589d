#include "cli/command.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"
#include "cli/progress.hpp"

namespace segue::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {"check", "PLAN [--database URL] [--json]", "what is unsafe about a plan, and what would be safe; writes nothing", check},
      {"show", "PLAN [--database URL] [--json]", "the statements as they will run: lock, rewrite, undo; and what is unsafe", show},
      {"run", "PLAN [--to PHASE] [--bake TIME] [--workers N] [--by WHO] [--accept-changed-plan|-clone|-restored] [--json]", "go on from where the plan stands, until the end or a closed gate", run},
      {"status", "PLAN [--json]", "what is done, what holds, where the flags stand", status},
      {"report", "PLAN [--phase PHASE] [--format md|html|json]", "what a phase has done, with evidence, and what comes next", report},
      {"backup", "PLAN --to FILE | --check FILE [--by WHO] [--json]", "take a backup, or be told of one, and prove that it can be restored", backup},
      {"approve", "PLAN PHASE --reason WHY [--by WHO] [--json] | PLAN --checklist N --reason WHY", "let a phase's gate pass, or answer a checklist item", approve},
      {"rollout", "PLAN FLAG --to PERCENT [--reason WHY] [--by WHO] [--json]", "set the share of traffic on the new path, at once", rollout},
      {"verify", "PLAN [--json]", "is old = new, row by row, now?", verify},
      {"rollback", "PLAN --to PHASE|start [--reason WHY] [--by WHO] [--accept-changed-plan|-clone|-restored] [--json]", "take back every phase behind PHASE, and prove it", rollback},
      {"grants", "PLAN [--role NAME] [--json]", "the SQL that gives a role the least rights this plan needs", grants},
      {"audit", "PLAN [--json] | verify [PLAN] [--known HEAD] [--json]", "who did what, when and why; is that record whole?", audit},
      {"revert", "PLAN [--check] [--reason WHY] [--by WHO] [--accept-changed-plan|-clone|-restored] [--json]", "back after the contract: what it will do, what the old side cannot hold, and then do it", revert},
      {"archive", "PLAN list | PLAN drop --reason WHY [--by WHO] [--json]", "what keeps the dropped columns and tables; its end is the end of the way back", archive},
      {"read", "READER [--hours 09:00-18:00] [--lang ko,ru,en] [--before 12:00=MORNING]... [--otherwise AFTERNOON] | --plan PLAN --value NAME [--json]",
       "what a reader makes of texts from standard input, one a line (docs/values.md)", read},
      {"profile", "PLAN|TABLE.COLUMN [--value NAME] [--date COLUMN] [--schema NAME] [--top N] [--workers N] [--format text|json|html]",
       "what stands in a free text: texts, shapes, dates, what the reader makes of them; writes nothing", profile},
      {"review", "PLAN list|export [--all] [--date COLUMN] [--to FILE] [--bom] | show TEXT | set TEXT MEANING --reason WHY | withdraw TEXT --reason WHY | import FILE [--value NAME] [--by WHO] [--json]",
       "decide what the texts mean that nobody could read; their rows follow (docs/values.md)", review},
      {"watch", "PLAN [--once] [--json]", "read new texts and settle the repair queue as they come, until it is stopped", watch},
      {"pg", "start|stop|url --dir DIR [--remove]", "a private PostgreSQL server", pg},
      {"errors", "", "the table of error codes (docs/errors.md)", errors},
      {"faults", "[--names]", "the list of fault points for tests (docs/faults.md)", faults},
  };
  return all;
}

std::vector<Arguments::Option> with_common(std::vector<Arguments::Option> own) {
  own.push_back({"--database", true});
  own.push_back({"--json"});
  return own;
}

std::vector<Arguments::Option> with_acceptance(std::vector<Arguments::Option> own) {
  for (const auto* name : {"--accept-changed-plan", "--accept-clone", "--accept-restored"}) own.push_back({name});
  return own;
}

journal::Accepted accepted(const Arguments& arguments) {
  return {arguments.has("--accept-changed-plan"), arguments.has("--accept-clone"), arguments.has("--accept-restored")};
}

std::string database_url(const Arguments& arguments) {
  if (const auto url = arguments.value("--database")) return *url;
  if (const char* url = std::getenv("SEGUE_DATABASE"); url != nullptr && *url != '\0') return url;
  throw Error(ErrorCode::usage, "no database is named", "say --database URL or set SEGUE_DATABASE");
}

plan::Plan load_plan(const Arguments& arguments) {
  return plan::load(arguments.positional(0, "the plan's folder, e.g. plans/hospital-services"));
}

std::string actor(const Arguments& arguments) {
  if (const auto by = arguments.value("--by")) return *by;
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : "uid " + std::to_string(getuid());
}

std::unique_ptr<Progress> progress_for(const Arguments& arguments) {
  if (arguments.has("--json")) return std::make_unique<JsonProgress>();
  if (isatty(STDERR_FILENO) == 1) return std::make_unique<TerminalProgress>();
  return std::make_unique<PlainProgress>();
}

void print_page(const std::string& text) { std::fputs(text.c_str(), stdout); }

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace segue::cli
