#include "base/fault.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::fault {

namespace {

struct Entry { std::string_view name, where, meaning; bool commit; };

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
#define SEGUE_FAULT_POINT(name, where, meaning) {#name, where, meaning, false},
#define SEGUE_FAULT_COMMIT(name, where, meaning) {#name, where, meaning, true},
#include "base/faults.def"
#undef SEGUE_FAULT_POINT
#undef SEGUE_FAULT_COMMIT
  };
  return all;
}

std::string name_of(Point point, Stage stage) {
  const auto& entry = entries().at(static_cast<std::size_t>(point));
  constexpr std::string_view ends[] = {"", ".before", ".sent", ".after"};
  return std::string(entry.name) + std::string(ends[static_cast<std::size_t>(stage)]);
}

enum class Harm { trace, kill, error, cut, stop };
constexpr std::string_view harms[] = {"trace", "kill", "error", "cut", "stop"};

struct Asked { Harm harm; std::string name; std::int64_t nth = 1; };
std::optional<Asked> asked;
std::atomic<std::int64_t> passed{0};

std::optional<Asked> read(const std::string& text) {
  if (text == harms[0]) return Asked{Harm::trace, {}};
  const auto halves = split_text(text, '=');
  const auto parts = split_text(halves[0], ':');
  if (halves.size() != 2 || parts.size() > 2) return std::nullopt;
  const auto nth = parts.size() == 2 ? to_integer(parts[1]) : 1;
  if (!nth || *nth < 1) return std::nullopt;
  bool known = false;
  for (const auto& name : all_names()) known = known || name == parts[0];
  for (const auto harm : {Harm::kill, Harm::error, Harm::cut, Harm::stop})
    if (known && halves[1] == harms[static_cast<std::size_t>(harm)]) return Asked{harm, parts[0], *nth};
  return std::nullopt;
}

// Not through a stream: the process may be gone with the next statement.
void tell(const std::string& name, Harm harm) {
  const auto line = fmt::format("fault point {}: {}\n", name, harms[static_cast<std::size_t>(harm)]);
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace

void arm() {
  const char* text = std::getenv("SEGUE_FAULT");
  if (text == nullptr || *text == '\0') return;
  asked = read(text);
  if (!asked)
    throw Error(ErrorCode::usage, fmt::format("SEGUE_FAULT is \"{}\"; expected NAME[:NTH]=kill|error|cut|stop, or trace", text), "segue faults lists the names");
  detail::armed = true;
}

void detail::hit(Point point, Stage stage, int socket) {
  const auto name = name_of(point, stage);
  if (asked->harm == Harm::trace) return tell(name, Harm::trace);
  if (name != asked->name || ++passed != asked->nth) return;
  tell(name, asked->harm);
  switch (asked->harm) {
    case Harm::trace: return;
    case Harm::kill: ::kill(::getpid(), SIGKILL); return;
    case Harm::error: throw Error(ErrorCode::system, fmt::format("fault point \"{}\" was asked for", name), "run the same command again");
    case Harm::cut: ::shutdown(socket, SHUT_RDWR); return;
    case Harm::stop: ::kill(::getpid(), SIGSTOP); return;
  }
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < entries().size(); ++i)
    for (const auto stage : {Stage::here, Stage::before, Stage::sent, Stage::after})
      if (entries()[i].commit != (stage == Stage::here)) names.push_back(name_of(static_cast<Point>(i), stage));
  return names;
}

std::string table_markdown() {
  std::string text = fmt::format(
      "# Fault points\n\nGenerated from `src/base/faults.def` by `segue faults`; a test compares the two.\n"
      "The places where the database and the journal could come to disagree: {0} names, a COMMIT having three of them,\n"
      "`.before` (not sent yet), `.sent` (sent, not answered) and `.after`.\n\n"
      "    SEGUE_FAULT=step_done.sent:3=cut segue run PLAN\n\n"
      "does harm at the third passing of one: `kill` (kill -9 of segue), `error` (an error thrown there), `cut` (the connection in use\n"
      "is closed, so that an answer may be lost) or `stop` (segue stops until SIGCONT, so that the server can be restarted meanwhile).\n"
      "`SEGUE_FAULT=trace` names each point that is passed. Without it the points do nothing.\n\n"
      "`tests/fault` does each harm at each point under writers, runs the command again, and compares with a twin that was left alone:\n"
      "schema, rows, journal, flags. A point that no run reaches is a failure.\n"
      "\n| point | where | then |\n|---|---|---|\n", all_names().size());
  for (const auto& entry : entries()) text += fmt::format("| `{}`{} | `src/{}` | {} |\n", entry.name, entry.commit ? " (COMMIT)" : "", entry.where, entry.meaning);
  return text;
}

}  // namespace segue::fault
