// A standby, a promoted replica, a restored backup: real servers, recognised before anything is changed.
#include "journal/identity.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"
#include "pg/embedded.hpp"

using namespace segue;
namespace files = std::filesystem;

namespace {

const plan::Plan& small() {
  static const auto plan = plan::parse("plan.yaml", "plan: small\ntitle: a plan\nphases: [{name: first, steps: [{rollout: one, to: [100%]}]}, "
                                                    "{name: second, steps: [{rollout: two, to: [100%]}]}]\n", ".");
  return plan;
}

// A server of its own, whose data directory is played with, and a machine's memory of its own.
struct Machine {
  Machine() {
    std::string pattern = "/tmp/segue-identity-XXXXXX";
    home = mkdtemp(pattern.data());
    files::permissions(home, files::perms::owner_all | files::perms::group_exec | files::perms::others_exec);
    setenv("SEGUE_STATE", (home + "/state").c_str(), 1);
    start();
  }
  ~Machine() {
    server.reset();
    setenv("SEGUE_STATE", "", 1);
    files::remove_all(home);
  }
  void start() { server.emplace(pg::EmbeddedOptions{.directory = home + "/pg", .durable = false, .outlive = false, .settings = {}}); }
  void stop() { server.reset(); }
  std::string data() const { return home + "/pg/data"; }
  void become_standby() {
    stop();
    std::ofstream(data() + "/standby.signal").close();
    files::permissions(data() + "/standby.signal", files::perms::all);   // the server's user removes it on promotion
    start();
  }
  void promote() { pg::Connection(server->url()).run("test.promote", "select pg_promote()"_sql); }
  void run(const std::string& until, const journal::Accepted& accepted = {}) {
    engine::RunOptions options;
    options.until = until;
    options.accepted = accepted;
    engine::run(server->url(), small(), options, progress);
  }
  std::string audited() {
    return pg::Connection(server->url()).run("test.audited", "select string_agg(action, '; ' order by number) from segue.audit"_sql).text();
  }
  std::string home;
  std::optional<pg::Embedded> server;
  Silence progress;
};

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    return error.message() + "\n" + error.hint();
  }
  return "no error";
}

// cp keeps owners, which the server's user needs.
void copy(const std::string& from, const std::string& to) { REQUIRE(std::system(("cp -a '" + from + "' '" + to + "'").c_str()) == 0); }

}  // namespace

TEST_CASE("a standby is refused, and after its promotion the plan goes on and says so") {
  Machine machine;
  machine.run("first");
  machine.become_standby();
  CHECK(refusal([&] { machine.run("second"); }).find("the server is a standby: it takes no writes\nconnect to the primary") == 0);
  machine.promote();
  machine.run("second");
  CHECK(machine.audited().find("server promoted") != std::string::npos);
  const auto promotions = machine.audited();
  machine.run("second");
  CHECK(machine.audited().find("server promoted", promotions.find("server promoted") + 1) == std::string::npos);
}

TEST_CASE("a standby without a journal is refused like any other, and none is made") {
  Machine machine;
  machine.become_standby();
  CHECK(refusal([&] { machine.run("first"); }).find("the server is a standby") == 0);
}

TEST_CASE("a restored backup is told by what this machine saw after it was taken") {
  Machine machine;
  machine.run("first");
  machine.stop();
  copy(machine.data(), machine.home + "/backup");
  machine.start();
  machine.run("second");
  machine.stop();
  files::remove_all(machine.data());
  files::rename(machine.home + "/backup", machine.data());
  machine.start();
  const auto before = machine.audited();
  CHECK(refusal([&] { machine.run("second"); }).find("the journal of plan \"small\" is older than it was: this machine saw audit entry") == 0);
  CHECK(machine.audited() == before);
  machine.run("second", {.restored = true});
  CHECK(machine.audited().find("older journal accepted") != std::string::npos);
  CHECK_NOTHROW(machine.run("second"));
}

TEST_CASE("a machine that never saw the plan, or whose memory is damaged, takes the journal as it is") {
  Machine machine;
  machine.run("first");
  REQUIRE(!files::is_empty(machine.home + "/state"));
  for (const auto& file : files::directory_iterator(machine.home + "/state")) std::ofstream(file.path()) << "12:";
  CHECK_NOTHROW(machine.run("first"));
  files::remove_all(machine.home + "/state");
  std::ofstream(machine.home + "/state") << "a file where the folder should be";
  CHECK_NOTHROW(machine.run("second"));
}
