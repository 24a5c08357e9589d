#include "pg/dump.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "pg/embedded_files.hpp"

namespace segue::pg {
namespace {

namespace fs = std::filesystem;

// A directory for what must not be seen on a command line, gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "segue-dump-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw Error(ErrorCode::system, fmt::format("no temporary directory: {}", std::strerror(errno)));
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string conninfo_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

void write_private(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) close(file);
  if (!written) throw Error(ErrorCode::system, fmt::format("cannot write \"{}\": {}", path, std::strerror(errno)));
}

// How the open session got in, whatever it came from (URL, environment, service file); the password goes by way of a file.
std::string conninfo_of(Connection& db, const Scratch& scratch) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(db.raw()), &PQconninfoFree);
  std::string text;
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr || *option->val == '\0' || keyword == "application_name" || keyword == "options" ||
        keyword == "fallback_application_name" || keyword == "passfile") continue;
    if (keyword != "password") {
      text += fmt::format("{}={} ", keyword, conninfo_value(option->val));
      continue;
    }
    std::string password;
    for (const char c : std::string_view(option->val)) password += c == ':' || c == '\\' ? std::string{'\\', c} : std::string{c};
    write_private(scratch.file("passfile"), "*:*:*:*:" + password + "\n");
    text += fmt::format("passfile={} ", conninfo_value(scratch.file("passfile")));
  }
  return text + "application_name='segue/backup'";
}

// "pg_restore: error: could not execute query" without the query or the row behind it.
std::string first_complaint(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto at = line.find("error: ");
    if (at == line.npos) continue;
    const auto complaint = line.substr(at + 7);
    return complaint.substr(0, complaint.find(": ERROR:"));
  }
  return "it did not say why";
}

int run(std::vector<std::string> arguments, const Scratch& scratch, const std::string& output) {
  const auto path = scratch.file(output);
  const ServerUser self{getuid(), getgid(), {}, false};
  return wait_for_exit(launch({std::move(arguments), fs::current_path().string(), path, true}, self));
}

}  // namespace

void dump(Connection& db, const std::string& snapshot, const std::string& file) {
  const Scratch scratch;
  write_private(file, "");                                       // readable by its owner only, before anything is in it
  const int status = run({find_client_programs() + "/pg_dump", "--format=custom", "--no-password", "--snapshot=" + snapshot, "--file=" + file,
                          "--dbname=" + conninfo_of(db, scratch)}, scratch, "said");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  std::error_code ignored;
  fs::remove(file, ignored);
  throw Error(ErrorCode::system, "pg_dump failed: " + first_complaint(scratch.file("said")),
              "pg_dump must be as new as the server; SEGUE_PG_BINDIR names the folder of the programs");
}

void restore(const std::string& file, Connection& into) {
  const Scratch scratch;
  const int status = run({find_client_programs() + "/pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--no-tablespaces",
                          "--no-publications", "--no-subscriptions", "--no-password", "--dbname=" + conninfo_of(into, scratch), file},
                         scratch, "said");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorCode::different_data, "the backup cannot be restored: " + first_complaint(scratch.file("said")),
                "take another; an extension of the database must be installed here, too");
}

}  // namespace segue::pg
