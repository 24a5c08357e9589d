// Starting, watching and ending the processes of an embedded server.
// Does: fork and exec as another user where the caller is root; tell whether a process is alive.
// Does not: know PostgreSQL's options or files.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace segue::pg {

// Whom a server process runs as. PostgreSQL refuses to run as root.
struct ServerUser {
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups;
  bool other;                                                    // not the calling user: the caller is root
};
// The owner of `data` if it exists, else user postgres, else nobody; for a caller who is not root: the caller.
ServerUser server_user(const std::string& data);

struct Launch {
  std::vector<std::string> arguments;                            // [0]: the program's path
  std::string directory;                                         // the working directory
  std::string output;                                            // file that stdout and stderr are appended to
  bool dies_with_parent = true;                                  // SIGQUIT when the forking thread ends
};
// A new session (and process group), no inherited descriptors but 0 to 2, a clean environment. Error{system}.
pid_t launch(const Launch& launch, const ServerUser& user);

// Whether the user may work below the directory.
bool may_enter(const ServerUser& user, const std::string& directory);

// The exit status as waitpid gives it.
int wait_for_exit(pid_t pid);
// False for a zombie too, whoever its parent is; reaps it where it is ours.
bool is_running(pid_t pid);
bool wait_until_gone(const std::vector<pid_t>& pids, std::chrono::milliseconds timeout);
// kill -9 of the process and its children; returns when all are gone.
void kill_with_children(pid_t pid);
// The words of /proc/PID/cmdline; empty if there is no such process.
std::vector<std::string> command_line_of(pid_t pid);

}  // namespace segue::pg
