#include "pg/embedded.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/embedded_files.hpp"
#include "pg/embedded_process.hpp"

namespace segue::pg {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto longest_start = 10min;  // crash recovery of a large cluster takes its time
constexpr auto longest_stop = 60s;
constexpr auto poll_interval = 5ms;

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const unsigned char c : text)
    encoded += std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' ? std::string(1, static_cast<char>(c))
                                                                        : fmt::format("%{:02X}", c);
  return encoded;
}

std::string url_at(const std::string& socket_directory, const std::string& database) {
  return fmt::format("postgresql://postgres@/{}?host={}", percent_encoded(database), percent_encoded(socket_directory));
}

Error failure(const std::string& what, const std::string& log, std::size_t from) {
  auto lines = end_of_log(log, from);
  return Error(ErrorCode::system, lines.empty() ? what : what + ":\n" + lines, "the whole log is in \"" + log + "\"");
}

void initialise(const Place& place, const std::string& programs, const ServerUser& user, bool durable) {
  const auto fresh = place.data() + ".new";  // renamed when complete, so that an interrupted initdb leaves no half cluster
  if (fs::exists(place.data()))
    throw Error(ErrorCode::system, "\"" + place.data() + "\" exists and is not a PostgreSQL cluster");
  fs::remove_all(fresh);
  make_private_directory(fresh, user);
  Launch initdb{{programs + "/initdb", "-D", fresh, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                 "--locale=C.UTF-8"},
                place.home, place.log()};
  if (!durable) initdb.arguments.push_back("--no-sync");
  const auto from = size_of(place.log());
  if (wait_for_exit(launch(initdb, user)) != 0) throw failure("initdb failed", place.log(), from);
  fs::rename(fresh, place.data());
}

std::vector<std::string> server_arguments(const Place& place, const std::string& programs,
                                          const EmbeddedOptions& options) {
  std::vector<std::string> arguments{programs + "/postgres", "-D", place.data(), "-h", "",
                                     "-k", place.socket_directory(), "-p", "5432"};
  // What the application's statements hold has no business in a log file: no failed statement, no detail.
  std::vector<std::string> settings{"log_min_messages=log", "log_error_verbosity=terse", "logging_collector=off",
                                    "max_connections=200", "max_wal_size=2GB"};
  if (options.durable)
    settings.insert(settings.end(), {"fsync=on", "shared_buffers=256MB"});
  else
    settings.insert(settings.end(), {"fsync=off", "synchronous_commit=off", "full_page_writes=off"});
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"-c", setting});
  return arguments;
}

void wait_until_ready(const Place& place, pid_t pid, std::size_t log_from) {
  const auto end = std::chrono::steady_clock::now() + longest_start;
  for (;;) {
    const auto running = running_in(place);
    if (running && running->pid == pid && running->ready) return;
    if (!is_running(pid)) throw failure("the PostgreSQL server did not start", place.log(), log_from);
    if (std::chrono::steady_clock::now() > end) break;
    std::this_thread::sleep_for(poll_interval);
  }
  throw failure("the PostgreSQL server was not ready in time", place.log(), log_from);
}

// The gentle way first; each of them leaves a cluster that starts again.
void stop_server(pid_t pid, bool keep_data) {
  for (const int signal : keep_data ? std::vector{SIGINT, SIGQUIT} : std::vector{SIGQUIT}) {
    kill(pid, signal);
    if (wait_until_gone({pid}, longest_stop)) return;
  }
  kill_with_children(pid);
}

Running require_running(const Place& place, const std::string& directory) {
  if (auto running = running_in(place)) return *running;
  throw Error(ErrorCode::not_found, "no server of segue's runs in \"" + directory + "\"",
              "start one with `segue pg start`");
}

}  // namespace

struct Embedded::State {
  explicit State(EmbeddedOptions chosen);
  ~State();
  void start();
  void attach_or_start();
  void stop();

  EmbeddedOptions options;
  std::optional<Temporary> temporary;
  Place place;
  pid_t pid = 0;
  std::string socket_directory;
  bool attached = false;
};

Embedded::State::State(EmbeddedOptions chosen) : options(std::move(chosen)) {
  if (options.directory.empty() && options.outlive)
    throw Error(ErrorCode::usage, "a server that outlives its starter needs a directory");
  remove_stale_temporaries();
  if (options.directory.empty()) {
    temporary = make_temporary();
    make_private_directory(temporary->directory, server_user(""));
  }
  try {
    attach_or_start();
  } catch (...) {
    if (temporary) fs::remove_all(temporary->directory);
    throw;
  }
}

void Embedded::State::attach_or_start() {
  const auto& directory = temporary ? temporary->directory : options.directory;
  place = make_place(directory, server_user(place_of(directory).data()));
  // Two starts at once: the second waits here, then finds the first one's server. A temporary one is locked already.
  const auto lock = temporary ? DirectoryLock() : DirectoryLock::wait(place.home);
  if (const auto running = running_in(place)) {
    wait_until_ready(place, running->pid, size_of(place.log()));
    pid = running->pid;
    socket_directory = require_running(place, place.asked).socket_directory;
    attached = true;
    return;
  }
  start();
}

void Embedded::State::start() {
  const auto programs = find_server_programs();
  const auto user = server_user(place.data());
  if (!place.has_cluster()) initialise(place, programs, user, options.durable);
  const auto from = size_of(place.log());
  pid = launch({server_arguments(place, programs, options), place.home, place.log(), !options.outlive}, user);
  try {
    wait_until_ready(place, pid, from);
  } catch (...) {
    if (is_running(pid)) kill_with_children(pid);
    pid = 0;
    throw;
  }
  socket_directory = place.socket_directory();
  attached = false;
  log(LogLevel::debug, "server started", {{"pid", std::int64_t{pid}}});
}

void Embedded::State::stop() {
  // Asked again, because it may have ended by itself and its number may be another process's by now.
  if (const auto running = running_in(place)) stop_server(running->pid, !temporary);
  pid = 0;
}

Embedded::State::~State() {
  try {
    if (!options.outlive && !attached) stop();
    if (temporary) fs::remove_all(temporary->directory);
  } catch (const std::exception& error) {
    log(LogLevel::warn, "server not stopped cleanly", {{"reason", std::string(error.what())}});
  }
}

Embedded::Embedded(EmbeddedOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Embedded::Embedded(Embedded&&) noexcept = default;
Embedded& Embedded::operator=(Embedded&&) noexcept = default;
Embedded::~Embedded() = default;

std::string Embedded::url(const std::string& database) const { return url_at(state_->socket_directory, database); }
int Embedded::pid() const { return state_->pid; }
void Embedded::stop() { state_->stop(); }

void Embedded::crash_and_restart() {
  kill_with_children(require_running(state_->place, state_->place.asked).pid);
  state_->start();
}

std::string Embedded::create_database(const std::string& name) {
  Connection(url()).run("embedded.create_database", sql::build("create database {}"_sql, sql::Ident{name}));
  return url(name);
}

std::string Embedded::url_of(const std::string& directory) {
  const auto running = require_running(place_of(directory), directory);
  return url_at(running.socket_directory, "postgres");
}

void Embedded::stop_in(const std::string& directory, bool remove) {
  const auto place = place_of(directory);
  if (!remove || !place.has_cluster()) require_running(place, directory);
  const auto lock = DirectoryLock::wait(place.home);
  if (const auto running = running_in(place)) stop_server(running->pid, !remove);
  if (remove) remove_place(place);
}

}  // namespace segue::pg
