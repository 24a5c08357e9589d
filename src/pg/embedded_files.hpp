// Where an embedded server lives in the file system.
// Does: find PostgreSQL's programs; lay out, lock, read and remove the server's directories.
// Does not: start or stop anything.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "pg/embedded_process.hpp"

namespace segue::pg {

// The folder with initdb and postgres: SEGUE_PG_BINDIR, `pg_config --bindir`, the newest of Debian's. Error{not_found}.
std::string find_server_programs();
// The folder with pg_dump and pg_restore, in the same order; SEGUE_PG_BINDIR need not have them. Error{not_found}.
std::string find_client_programs();

// An exclusive lock on a directory, free again when this object or its process ends.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  DirectoryLock(DirectoryLock&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&& other) noexcept { std::swap(handle_, other.handle_); return *this; }
  ~DirectoryLock();
  static DirectoryLock wait(const std::string& directory);
  static std::optional<DirectoryLock> try_once(const std::string& directory);

 private:
  explicit DirectoryLock(int handle) : handle_(handle) {}
  int handle_ = -1;
};

struct Place {
  std::string asked;                                             // absolute; what the caller named
  std::string home;                                              // the same, or below /var/tmp (see embedded.hpp)
  std::string data() const { return home + "/data"; }
  std::string log() const { return home + "/server.log"; }
  std::string socket_directory() const;
  bool has_cluster() const;
};

// Looks only; follows the pointer that an earlier start left.
Place place_of(const std::string& directory);
// Makes the directories that a start needs, in the possession of the server's user.
Place make_place(const std::string& directory, const ServerUser& user);
void make_private_directory(const std::string& path, const ServerUser& user);
// Removes what segue made in it, and the directory if nothing else is there.
void remove_place(const Place& place);

// The server that runs on the place's data.
struct Running { pid_t pid; std::string socket_directory; bool ready; };
std::optional<Running> running_in(const Place& place);

// The log from a byte on, its last lines; "" if there is none.
std::string end_of_log(const std::string& path, std::size_t from);
std::size_t size_of(const std::string& path);

// /tmp/segue-pg-XXXXXX, locked by its owner as long as that lives.
struct Temporary { std::string directory; DirectoryLock lock; };
Temporary make_temporary();
// Removes those whose owner is gone.
void remove_stale_temporaries();

}  // namespace segue::pg
