// What this machine last saw of a plan's audit. A convenience: that it cannot be written never stops the work.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "journal/identity.hpp"

namespace segue::journal {

namespace {

namespace files = std::filesystem;

std::optional<files::path> folder() {
  const auto variable = [](const char* name) { const char* value = std::getenv(name); return std::string(value == nullptr ? "" : value); };
  if (std::getenv("SEGUE_STATE") != nullptr) return variable("SEGUE_STATE").empty() ? std::nullopt : std::optional<files::path>(variable("SEGUE_STATE"));
  if (!variable("XDG_STATE_HOME").empty()) return files::path(variable("XDG_STATE_HOME")) / "segue";
  if (!variable("HOME").empty()) return files::path(variable("HOME")) / ".local/state/segue";
  return std::nullopt;
}

std::optional<files::path> file_of(pg::Connection& db, const std::string& plan) {
  const auto where = folder();
  if (!where) return std::nullopt;
  const auto journal = db.run("identity.journal", R"sql(select "journalId" from segue.meta)sql"_sql).text();
  return *where / (journal + "-" + sha256_hex(plan).substr(0, 12));
}

}  // namespace

std::optional<AuditHead> remembered(pg::Connection& db, const std::string& plan) {
  const auto path = file_of(db, plan);
  if (!path || !files::is_regular_file(*path)) return std::nullopt;
  try {
    return audit_head_of(std::string(trim(read_file(path->string()))));
  } catch (const Error&) {                                       // cut off or not ours: it says nothing
    return std::nullopt;
  }
}

void remember(pg::Connection& db, const std::string& plan) {
  const auto path = file_of(db, plan);
  const auto head = audit_head(db, plan);
  if (!path || !head) return;
  std::error_code failed;
  files::create_directories(path->parent_path(), failed);
  const auto fresh = path->string() + ".new";
  std::ofstream(fresh, std::ios::trunc) << head->text() << '\n';
  files::rename(fresh, *path, failed);                           // whole or not at all
}

}  // namespace segue::journal
