// A private PostgreSQL server of segue's own: for the demo, the tests, rehearsals and restores.
// Does: find the binaries, initdb, start on a Unix socket only (no TCP), stop, remove; as root it runs
//       the server as another user (postgres, else nobody).
// Does not: touch a server it did not start.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace segue::pg {

struct EmbeddedOptions {
  std::string directory;                                         // data below it; empty: a new temporary one, removed at the end
  bool durable = true;                                           // false: fsync off (tests whose subject is not durability)
  bool outlive = false;                                          // true: goes on when this process ends (`segue pg start`)
  std::vector<std::string> settings;                             // further "name=value"
};

class Embedded {
 public:
  // Starts, or attaches to the server already running in the directory. Error{system} with the server's own message.
  explicit Embedded(EmbeddedOptions options);
  Embedded(Embedded&&) noexcept;
  Embedded& operator=(Embedded&&) noexcept;
  ~Embedded();                                                   // stops it unless `outlive`; removes a temporary directory
  std::string url(const std::string& database = "postgres") const;
  int pid() const;                                               // the postmaster
  // kill -9 of every server process, then a start with crash recovery: for tests.
  void crash_and_restart();
  void stop();
  // A fresh database; its URL.
  std::string create_database(const std::string& name);

  // For the commands: the server in `directory`, whoever started it.
  static std::string url_of(const std::string& directory);       // Error{not_found} if none runs there
  static void stop_in(const std::string& directory, bool remove);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace segue::pg
