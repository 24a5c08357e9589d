#include "pg/embedded_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::pg {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(5);

Error system_error(const std::string& what) {
  return Error(ErrorCode::system, fmt::format("{}: {}", what, std::strerror(errno)));
}

ServerUser user_from(const passwd& entry) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  return {entry.pw_uid, entry.pw_gid, std::move(groups), true};
}

// Only what PostgreSQL may see: variables such as PGDATA or PGPORT of the caller would change the server.
std::vector<std::string> clean_environment() {
  std::vector<std::string> environment{"LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin"};
  for (const char* name : {"TZ", "LD_LIBRARY_PATH"})
    if (const char* value = std::getenv(name)) environment.push_back(fmt::format("{}={}", name, value));
  return environment;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// Everything here runs between fork and exec: system calls only, no memory, no locks.
bool become(const ServerUser& user) {
  if (!user.other) return true;
  return setgroups(user.groups.size(), user.groups.data()) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0;
}

bool settle_child(const Launch& launch, const ServerUser& user, int output, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) != 0 || setsid() < 0 || !become(user)) return false;
  // After the change of user, which clears the setting; and the parent may have died before it was made.
  if (launch.dies_with_parent && (prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || getppid() != parent)) return false;
  const int input = open("/dev/null", O_RDONLY);
  return input >= 0 && dup2(input, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
         close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 && chdir(launch.directory.c_str()) == 0;
}

int open_output(const std::string& path, const ServerUser& user) {
  const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) throw system_error("cannot write \"" + path + "\"");
  if (user.other && fchown(file, user.uid, user.gid) != 0) {
    close(file);
    throw system_error("cannot hand over \"" + path + "\"");
  }
  return file;
}

bool read_number(int pipe_end, int& number) {
  ssize_t got = 0;
  do got = read(pipe_end, &number, sizeof number);
  while (got < 0 && errno == EINTR);
  return got > 0;
}

// State letter and parent of a process: fields 3 and 4 of /proc/PID/stat, after the name in parentheses.
std::optional<std::pair<char, pid_t>> state_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  char state = 0;
  pid_t parent = 0;
  if (!(rest >> state >> parent)) return std::nullopt;
  return std::pair(state, parent);
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    const auto pid = to_integer(name);
    if (!pid) continue;
    const auto state = state_of(name);
    if (state && state->second == parent) children.push_back(static_cast<pid_t>(*pid));
  }
  return children;
}

}  // namespace

ServerUser server_user(const std::string& data) {
  if (geteuid() != 0) return {geteuid(), getegid(), {}, false};
  struct stat facts {};
  if (stat(data.c_str(), &facts) == 0) {
    if (const passwd* owner = getpwuid(facts.st_uid); owner != nullptr && owner->pw_uid != 0) return user_from(*owner);
    throw Error(ErrorCode::system, "data directory \"" + data + "\" belongs to root; PostgreSQL refuses to run as root",
                "give it to the user postgres: chown -R postgres");
  }
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* entry = getpwnam(name)) return user_from(*entry);
  throw Error(ErrorCode::system, "PostgreSQL refuses to run as root, and there is no user \"postgres\" or \"nobody\"",
              "run segue as an ordinary user");
}

pid_t launch(const Launch& launch, const ServerUser& user) {
  auto arguments = launch.arguments;
  auto environment = clean_environment();
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  const int output = open_output(launch.output, user);
  int report[2];  // closed by a successful exec; otherwise it brings the errno
  if (pipe2(report, O_CLOEXEC) != 0) {
    close(output);
    throw system_error("cannot make a pipe");
  }
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    if (settle_child(launch, user, output, parent)) execve(argv[0], argv.data(), envp.data());
    const int failure = errno;
    [[maybe_unused]] const auto sent = write(report[1], &failure, sizeof failure);
    _exit(127);
  }
  const int fork_failure = errno;
  close(output);
  close(report[1]);
  int failure = child < 0 ? fork_failure : 0;
  if (child > 0 && read_number(report[0], failure)) waitpid(child, nullptr, 0);
  close(report[0]);
  errno = failure;
  if (failure != 0) throw system_error("cannot start \"" + arguments[0] + "\"");
  return child;
}

bool may_enter(const ServerUser& user, const std::string& directory) {
  if (!user.other) return access(directory.c_str(), X_OK) == 0;
  // Only the kernel knows all of it (groups, access lists, mounts): ask as that user.
  const pid_t child = fork();
  if (child == 0) _exit(become(user) && access(directory.c_str(), X_OK) == 0 ? 0 : 1);
  if (child < 0) throw system_error("cannot start a process");
  return wait_for_exit(child) == 0;
}

int wait_for_exit(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) throw system_error(fmt::format("cannot wait for process {}", pid));
  return status;
}

bool is_running(pid_t pid) {
  if (waitpid(pid, nullptr, WNOHANG) == pid) return false;
  const auto state = state_of(std::to_string(pid));
  return state && state->first != 'Z' && state->first != 'X';
}

bool wait_until_gone(const std::vector<pid_t>& pids, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (const pid_t pid : pids)
    while (is_running(pid)) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(poll_interval);
    }
  return true;
}

void kill_with_children(pid_t pid) {
  kill(pid, SIGSTOP);  // so that it starts no further child while they are counted
  auto all = children_of(pid);
  all.push_back(pid);
  for (const pid_t each : all) kill(each, SIGKILL);
  if (!wait_until_gone(all, std::chrono::seconds(30)))
    throw Error(ErrorCode::system, fmt::format("process {} does not end after kill -9", pid));
}

std::vector<std::string> command_line_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace segue::pg
