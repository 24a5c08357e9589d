#include "pg/embedded_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::pg {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket_path = 107;  // sun_path without its NUL
constexpr std::string_view socket_name = "/.s.PGSQL.5432";
constexpr std::string_view temporary_prefix = "segue-pg-";
constexpr std::size_t log_lines_shown = 8;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::system, fmt::format("{}: {}", what, std::strerror(errno)));
}

bool has_program(const std::string& directory, const std::string& name) { return access((directory + "/" + name).c_str(), X_OK) == 0; }
bool has_programs(const std::string& directory) { return has_program(directory, "initdb") && has_program(directory, "postgres"); }

std::string ask_pg_config() {
  const auto finish = [](std::FILE* file) { pclose(file); };
  const std::unique_ptr<std::FILE, decltype(finish)> answer(popen("pg_config --bindir 2>/dev/null", "re"), finish);
  char line[4096] = "";
  if (answer == nullptr || std::fgets(line, sizeof line, answer.get()) == nullptr) return "";
  return std::string(trim(line));
}

std::string newest_of_debian(bool (*suits)(const std::string& bin)) {
  std::pair<std::int64_t, std::string> newest{0, ""};
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const auto bin = version.path().string() + "/bin";
    if (suits(bin)) newest = std::max(newest, {to_integer(version.path().filename().string()).value_or(0), bin});
  }
  return newest.second;
}

std::string short_name_of(const std::string& path) { return "segue-" + sha256_hex(path).substr(0, 16); }
std::string pointer_in(const std::string& directory) { return directory + "/location"; }

std::string absolute(const std::string& directory) {
  auto path = fs::weakly_canonical(fs::absolute(directory)).string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

int lock_directory(const std::string& directory, int how) {
  const int handle = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (handle < 0) return -1;
  int failed = 0;
  do failed = flock(handle, how);
  while (failed != 0 && errno == EINTR);
  struct stat opened {}, named {};
  // A directory removed while we waited is another one, or none.
  const bool same = failed == 0 && fstat(handle, &opened) == 0 && lstat(directory.c_str(), &named) == 0 &&
                    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
  if (same) return handle;
  close(handle);
  return -1;
}

}  // namespace

std::string find_server_programs() {
  if (const char* chosen = std::getenv("SEGUE_PG_BINDIR"); chosen != nullptr && *chosen != '\0') {
    if (has_programs(chosen)) return chosen;
    throw Error(ErrorCode::not_found, fmt::format("SEGUE_PG_BINDIR is \"{}\", which has no initdb and postgres", chosen),
                "point it at the bin directory of a PostgreSQL server");
  }
  if (auto directory = ask_pg_config(); !directory.empty() && has_programs(directory)) return directory;
  if (auto directory = newest_of_debian(has_programs); !directory.empty()) return directory;
  throw Error(ErrorCode::not_found, "no PostgreSQL server programs (initdb, postgres) were found",
              "install the package postgresql, or set SEGUE_PG_BINDIR to their directory");
}

std::string find_client_programs() {
  const auto both = [](const std::string& bin) { return has_program(bin, "pg_dump") && has_program(bin, "pg_restore"); };
  if (const char* chosen = std::getenv("SEGUE_PG_BINDIR"); chosen != nullptr && both(chosen)) return chosen;
  if (auto directory = ask_pg_config(); !directory.empty() && both(directory)) return directory;
  if (auto directory = newest_of_debian(both); !directory.empty()) return directory;
  throw Error(ErrorCode::not_found, "PostgreSQL's pg_dump and pg_restore were not found",
              "install the package postgresql-client, or set SEGUE_PG_BINDIR to their directory");
}

DirectoryLock::~DirectoryLock() {
  if (handle_ >= 0) close(handle_);
}

DirectoryLock DirectoryLock::wait(const std::string& directory) {
  const int handle = lock_directory(directory, LOCK_EX);
  if (handle < 0) refuse("cannot lock directory \"" + directory + "\"");
  return DirectoryLock(handle);
}

std::optional<DirectoryLock> DirectoryLock::try_once(const std::string& directory) {
  const int handle = lock_directory(directory, LOCK_EX | LOCK_NB);
  if (handle < 0) return std::nullopt;
  return DirectoryLock(handle);
}

std::string Place::socket_directory() const {
  // A comma separates hosts for libpq and quotes mean something to PostgreSQL: such paths are not used for sockets.
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '_' || c == '-'; };
  const auto inside = home + "/socket";
  if (inside.size() + socket_name.size() <= longest_socket_path && std::ranges::all_of(inside, plain)) return inside;
  return "/tmp/" + short_name_of(home);
}

bool Place::has_cluster() const { return access((data() + "/PG_VERSION").c_str(), F_OK) == 0; }

Place place_of(const std::string& directory) {
  Place place{absolute(directory), ""};
  const auto pointer = pointer_in(place.asked);
  place.home = access(pointer.c_str(), F_OK) == 0 ? std::string(trim(read_file(pointer))) : place.asked;
  return place;
}

void make_private_directory(const std::string& path, const ServerUser& user) {
  const bool made = mkdir(path.c_str(), 0700) == 0;
  struct stat facts {};
  if ((!made && errno != EEXIST) || lstat(path.c_str(), &facts) != 0) refuse("cannot make directory \"" + path + "\"");
  // In a directory that everybody may write to, somebody else may have been here before.
  if (!S_ISDIR(facts.st_mode) || (facts.st_uid != user.uid && facts.st_uid != geteuid()))
    throw Error(ErrorCode::system, "\"" + path + "\" belongs to another user or is not a directory");
  if (user.other && facts.st_uid != user.uid && lchown(path.c_str(), user.uid, user.gid) != 0)
    refuse("cannot hand over directory \"" + path + "\"");
}

Place make_place(const std::string& directory, const ServerUser& user) {
  auto place = place_of(directory);
  std::error_code none;
  if (place.home != place.asked && !fs::is_directory(place.home, none))
    throw Error(ErrorCode::system,
                fmt::format("the server of \"{}\" lived in \"{}\", which is gone", place.asked, place.home),
                "restore it, or remove the file \"" + pointer_in(place.asked) + "\" to begin anew");
  if (!fs::exists(place.asked, none)) {
    fs::create_directories(fs::path(place.asked).parent_path(), none);
    make_private_directory(place.asked, user);
  }
  if (access((place.asked + "/PG_VERSION").c_str(), F_OK) == 0)
    throw Error(ErrorCode::system, "\"" + place.asked + "\" is the data directory of another server",
                "name a directory of its own for segue's server");
  if (place.home == place.asked && !may_enter(user, place.asked)) {
    place.home = "/var/tmp/" + short_name_of(place.asked);
    make_private_directory(place.home, user);
    std::ofstream pointer(pointer_in(place.asked));
    if (!(pointer << place.home << '\n' << std::flush)) refuse("cannot write \"" + pointer_in(place.asked) + "\"");
  }
  make_private_directory(place.socket_directory(), user);
  return place;
}

void remove_place(const Place& place) {
  std::error_code failure;
  for (const auto& path : {place.data(), place.home + "/data.new", place.socket_directory(), place.log()}) {
    fs::remove_all(path, failure);
    if (failure) throw Error(ErrorCode::system, fmt::format("cannot remove \"{}\": {}", path, failure.message()));
  }
  if (place.home != place.asked) fs::remove(pointer_in(place.asked), failure);
  for (const auto& path : {place.home, place.asked}) fs::remove(path, failure);  // stays if something else is in it
}

std::optional<Running> running_in(const Place& place) {
  std::ifstream file(place.data() + "/postmaster.pid");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) return std::nullopt;
  const auto pid = static_cast<pid_t>(to_integer(trim(lines[0])).value_or(0));
  if (pid <= 0 || !is_running(pid)) return std::nullopt;
  // After a crash the number may belong to any other process by now.
  if (std::ranges::count(command_line_of(pid), place.data()) == 0) return std::nullopt;
  return Running{pid, lines.size() > 4 ? lines[4] : "", lines.size() > 7 && trim(lines[7]) == "ready"};
}

std::size_t size_of(const std::string& path) {
  std::error_code none;
  const auto size = fs::file_size(path, none);
  return none ? 0 : size;
}

std::string end_of_log(const std::string& path, std::size_t from) {
  std::ifstream file(path, std::ios::binary);
  if (!file.seekg(static_cast<std::streamoff>(from))) return "";
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (!trim(line).empty()) lines.push_back(line);
  if (lines.size() > log_lines_shown) lines.erase(lines.begin(), lines.end() - log_lines_shown);
  return join(lines, "\n");
}

Temporary make_temporary() {
  for (;;) {
    auto path = fmt::format("/tmp/{}XXXXXX", temporary_prefix);
    if (mkdtemp(path.data()) == nullptr) refuse("cannot make a directory in /tmp");
    // Another process may take it for a stale one before it is locked: then it is gone, and a new one is made.
    if (auto lock = DirectoryLock::try_once(path)) return {path, std::move(*lock)};
  }
}

void remove_stale_temporaries() {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/tmp", none)) {
    const auto path = entry.path().string();
    struct stat facts {};
    if (!entry.path().filename().string().starts_with(temporary_prefix) || lstat(path.c_str(), &facts) != 0) continue;
    if (!S_ISDIR(facts.st_mode) || (geteuid() != 0 && facts.st_uid != geteuid())) continue;
    const auto lock = DirectoryLock::try_once(path);
    if (lock && !running_in(Place{path, path})) fs::remove_all(path, none);
  }
}

}  // namespace segue::pg
