// A private PostgreSQL server of segue's own: for the demo, the tests, rehearsals and restores.
// Does: find the binaries, initdb, start on a Unix socket only (no TCP), stop, remove; as root it runs
//       the server as another user (postgres, else nobody).
// Does not: touch a server that segue did not start.
//
// Below the directory stand data/ (the cluster, private to the server's user), socket/ and server.log. The log holds
// the server's own life only: failed statements are not written to it, because they hold the application's data.
// - As root, where the server's user may not enter the directory (below /root, say), all of it is in
//   /var/tmp/segue-<hash of the path>, and the file `location` in the directory says so.
// - Where the socket's path would be too long for the system, the socket is in /tmp/segue-<hash>.
// - Who may connect is decided by the socket's directory (mode 0700): within it every user is trusted.
//
// Without `outlive` the server ends when the *thread* that started it ends (the kernel sends it SIGQUIT), even by
// kill -9: make an Embedded, and call crash_and_restart(), in a thread that lives as long as the server is needed.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace segue::pg {

struct EmbeddedOptions {
  std::string directory;                                         // data below it; empty: a new temporary one, removed at the end
  bool durable = true;                                           // false: fsync off (tests whose subject is not durability)
  bool outlive = false;                                          // true: goes on when this process ends (`segue pg start`)
  std::vector<std::string> settings;                             // further "name=value"; no effect where it attaches
};

class Embedded {
 public:
  // Starts, or attaches to the server already running in the directory. Error{system} with the server's own message,
  // Error{not_found} if PostgreSQL's programs are not installed (see SEGUE_PG_BINDIR).
  explicit Embedded(EmbeddedOptions options);
  Embedded(Embedded&&) noexcept;
  Embedded& operator=(Embedded&&) noexcept;
  // Stops it unless `outlive` or only attached to; removes a temporary directory.
  ~Embedded();
  std::string url(const std::string& database = "postgres") const;
  int pid() const;                                               // the postmaster
  // kill -9 of every server process, then a start with crash recovery: for tests.
  void crash_and_restart();
  void stop();
  // A fresh database; its URL.
  std::string create_database(const std::string& name);

  // For the commands: the server in `directory`, whoever started it.
  static std::string url_of(const std::string& directory);       // Error{not_found} if none runs there
  // Error{not_found} if none runs there (with `remove`: and there is no cluster either).
  static void stop_in(const std::string& directory, bool remove);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::pg
