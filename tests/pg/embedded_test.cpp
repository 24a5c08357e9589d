#include "pg/embedded.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "pg/connection.hpp"
#include "support/database.hpp"
#include "support/thrown.hpp"

using namespace segue;
using segue::tests::error_of;
namespace fs = std::filesystem;

namespace {

struct Folder {
  // Everybody may enter it, but for the one test whose subject is that the server may not.
  explicit Folder(mode_t mode = 0711) : path("/tmp/embedded-test-XXXXXX") {
    REQUIRE(mkdtemp(path.data()) != nullptr);
    REQUIRE(chmod(path.c_str(), mode) == 0);
  }
  ~Folder() { fs::remove_all(path); }
  std::string path;
};

pg::EmbeddedOptions quick(const std::string& directory) {
  return {.directory = directory, .durable = false, .outlive = false, .settings = {}};
}

std::string ask(const std::string& url, const sql::Sql& question) {
  return pg::Connection(url).run("test.ask", question).text();
}

bool alive(pid_t pid) {
  waitpid(pid, nullptr, WNOHANG);
  return kill(pid, 0) == 0;
}

}  // namespace

TEST_CASE("each fresh database is empty and its own") {
  const auto one = tests::fresh_database();
  const auto two = tests::fresh_database();
  CHECK(one != two);
  pg::Connection(one).run("test.create", "create table t ()"_sql);
  CHECK(ask(two, "select count(*) from pg_class where relname = 't'"_sql) == "0");
  CHECK(ask(one, "select count(*) from pg_class where relname = 't'"_sql) == "1");
}

TEST_CASE("the server listens on a private socket only, with UTF-8 and C.UTF-8") {
  const auto url = tests::server().url();
  CHECK(ask(url, "show listen_addresses"_sql) == "");
  CHECK(ask(url, "show server_encoding"_sql) == "UTF8");
  CHECK(ask(url, "select datcollate from pg_database where datname = current_database()"_sql) == "C.UTF-8");
  CHECK(ask(url, "select current_user::text"_sql) == "postgres");
  struct stat facts {};
  const auto sockets = ask(url, "show unix_socket_directories"_sql);
  REQUIRE(stat(sockets.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
  REQUIRE(stat((sockets + "/../data").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
}

TEST_CASE("a durable server forces writes to disk, the other kind does not") {
  CHECK(ask(tests::server().url(), "show fsync"_sql) == "off");
  const Folder folder;
  const pg::Embedded durable({.directory = folder.path, .durable = true, .outlive = false, .settings = {"work_mem=5MB"}});
  CHECK(ask(durable.url(), "show fsync"_sql) == "on");
  CHECK(ask(durable.url(), "show full_page_writes"_sql) == "on");
  CHECK(ask(durable.url(), "show synchronous_commit"_sql) == "on");
  CHECK(ask(durable.url(), "show work_mem"_sql) == "5MB");
}

TEST_CASE("committed rows survive a crash, the others do not") {
  const Folder folder;
  pg::Embedded server({.directory = folder.path, .durable = true, .outlive = false, .settings = {}});
  pg::Connection db(server.url());
  db.run("test.create", "create table t (n int)"_sql);
  db.run("test.insert", "insert into t values (1)"_sql);
  db.run("test.begin", "begin"_sql);
  db.run("test.insert", "insert into t values (2)"_sql);
  const auto before = server.pid();
  server.crash_and_restart();
  CHECK(server.pid() != before);
  CHECK_FALSE(alive(before));
  CHECK(error_of([&] { db.run("test.after", "select 1"_sql); }).code() == ErrorCode::connection);
  CHECK(ask(server.url(), "select string_agg(n::text, ',') from t"_sql) == "1");
}

TEST_CASE("a cluster is found again by the next start in its directory") {
  const Folder folder;
  { pg::Connection(pg::Embedded(quick(folder.path)).url()).run("test.create", "create table kept ()"_sql); }
  const pg::Embedded again(quick(folder.path));
  CHECK(ask(again.url(), "select count(*) from kept"_sql) == "0");
}

TEST_CASE("a second start attaches, and leaves the server running when it ends") {
  const Folder folder;
  const pg::Embedded first(quick(folder.path));
  {
    const pg::Embedded second(quick(folder.path));
    CHECK(second.pid() == first.pid());
    CHECK(second.url() == first.url());
  }
  CHECK(ask(first.url(), "select 1"_sql) == "1");
  CHECK(pg::Embedded::url_of(folder.path) == first.url());
}

TEST_CASE("a server that outlives goes on until it is stopped by its directory") {
  const Folder folder;
  pid_t pid = 0;
  {
    const pg::Embedded server({.directory = folder.path, .durable = false, .outlive = true, .settings = {}});
    pid = server.pid();
  }
  CHECK(alive(pid));
  CHECK(ask(pg::Embedded::url_of(folder.path), "select 1"_sql) == "1");
  pg::Embedded::stop_in(folder.path, false);
  CHECK_FALSE(alive(pid));
  CHECK(fs::exists(folder.path + "/server.log"));
  std::ofstream(folder.path + "/of-somebody-else") << "stays";
  pg::Embedded::stop_in(folder.path, true);
  CHECK_FALSE(fs::exists(folder.path + "/data"));
  CHECK(fs::exists(folder.path + "/of-somebody-else"));
}

TEST_CASE("where no server runs, its URL and its end are not found") {
  const Folder folder;
  CHECK(error_of([&] { pg::Embedded::url_of(folder.path); }).code() == ErrorCode::not_found);
  CHECK(error_of([&] { pg::Embedded::stop_in(folder.path, false); }).code() == ErrorCode::not_found);
  CHECK(error_of([&] { pg::Embedded::stop_in(folder.path, true); }).code() == ErrorCode::not_found);
  CHECK(error_of([&] { pg::Embedded::url_of(folder.path + "/absent"); }).code() == ErrorCode::not_found);
  { const pg::Embedded stopped(quick(folder.path)); }
  const auto error = error_of([&] { pg::Embedded::url_of(folder.path); });
  CHECK(error.code() == ErrorCode::not_found);
  CHECK(error.hint().find("segue pg start") != std::string::npos);
}

TEST_CASE("a start that fails says what the server said") {
  const Folder folder;
  auto options = quick(folder.path);
  options.settings = {"no_such_setting=1"};
  const auto error = error_of([&] { pg::Embedded server(options); });
  CHECK(error.code() == ErrorCode::system);
  CHECK(error.message().find("no_such_setting") != std::string::npos);
  CHECK(ask(pg::Embedded(quick(folder.path)).url(), "select 1"_sql) == "1");
}

TEST_CASE("directories that are not segue's are refused") {
  const Folder folder;
  std::ofstream(folder.path + "/PG_VERSION") << "15\n";
  CHECK(error_of([&] { pg::Embedded server(quick(folder.path)); }).code() == ErrorCode::system);
  fs::remove(folder.path + "/PG_VERSION");
  fs::create_directory(folder.path + "/data");
  std::ofstream(folder.path + "/data/diary") << "mine";
  CHECK(error_of([&] { pg::Embedded server(quick(folder.path)); }).code() == ErrorCode::system);
  CHECK(fs::exists(folder.path + "/data/diary"));
}

TEST_CASE("a stale process file, whose number now is another process, is no running server") {
  const Folder folder;
  { const pg::Embedded server(quick(folder.path)); }
  const auto data = folder.path + "/data";
  std::ofstream(data + "/postmaster.pid") << getpid() << "\n" << data << "\n1\n5432\n/nowhere\n\n1\nready\n";
  CHECK(error_of([&] { pg::Embedded::url_of(folder.path); }).code() == ErrorCode::not_found);
  pg::Embedded::stop_in(folder.path, true);
}

TEST_CASE("paths that are too long for a socket, or hold a comma or a space, work") {
  const Folder folder;
  for (const auto& name : {std::string(120, 'x'), std::string("one, \"two\""), std::string("병원")}) {
    const auto directory = folder.path + "/" + name;
    const pg::Embedded server(quick(directory));
    CHECK(ask(server.url(), "select 1"_sql) == "1");
    CHECK(pg::Embedded::url_of(directory) == server.url());
    pg::Embedded::stop_in(directory, true);
    CHECK_FALSE(fs::exists(directory));
  }
}

TEST_CASE("as root, a directory the server's user cannot enter holds a pointer to the cluster") {
  if (geteuid() != 0) return;  // for any other user the server runs as that user
  const Folder folder(0700);
  {
    const pg::Embedded server(quick(folder.path));
    const auto home = std::string(trim(read_file(folder.path + "/location")));
    CHECK(home.starts_with("/var/tmp/segue-"));
    CHECK(fs::exists(home + "/data/PG_VERSION"));
    CHECK(pg::Embedded::url_of(folder.path) == server.url());
    pg::Embedded::stop_in(folder.path, true);
    CHECK_FALSE(fs::exists(home));
  }
  fs::create_directory(folder.path);
  std::ofstream(folder.path + "/location") << "/var/tmp/segue-gone\n";
  CHECK(error_of([&] { pg::Embedded server(quick(folder.path)); }).message().find("gone") != std::string::npos);
}

TEST_CASE("the log never holds a failed statement or its values") {
  const Folder folder;
  const pg::Embedded server(quick(folder.path));
  pg::Connection db(server.url());
  db.run("test.create", "create table t (n int primary key)"_sql);
  db.run("test.insert", "insert into t values (424242)"_sql);
  error_of([&] { db.run("test.again", "insert into t values (424242)"_sql); });
  error_of([&] { db.run("test.cast", "select 'Kim-Min-Su'::int"_sql); });
  const auto text = read_file(folder.path + "/server.log");
  CHECK(text.find("ready to accept connections") != std::string::npos);
  CHECK(text.find("424242") == std::string::npos);
  CHECK(text.find("Kim-Min-Su") == std::string::npos);
}

TEST_CASE("a temporary server and its directory are gone afterwards, also when its owner was killed") {
  std::string directory;
  {
    const pg::Embedded server(quick(""));
    directory = fs::path(ask(server.url(), "show data_directory"_sql)).parent_path();
    CHECK(fs::exists(directory));
  }
  CHECK_FALSE(fs::exists(directory));

  int report[2];
  REQUIRE(pipe(report) == 0);
  const pid_t owner = fork();
  if (owner == 0) {
    const pg::Embedded server(quick(""));
    const auto text = std::to_string(server.pid()) + " " + ask(server.url(), "show data_directory"_sql) + "\n";
    [[maybe_unused]] const auto sent = write(report[1], text.data(), text.size());
    pause();
  }
  char line[300] = "";
  REQUIRE(read(report[0], line, sizeof line - 1) > 0);
  kill(owner, SIGKILL);
  waitpid(owner, nullptr, 0);
  const auto words = split_text(trim(line), ' ');
  const auto postmaster = static_cast<pid_t>(to_integer(words.at(0)).value());
  while (fs::exists("/proc/" + words.at(0) + "/cwd") && alive(postmaster))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto left = fs::path(words.at(1)).parent_path();
  CHECK(fs::exists(left));
  const pg::Embedded next(quick(""));  // a start removes what owners that were killed left behind
  CHECK_FALSE(fs::exists(left));
  close(report[0]);
  close(report[1]);
}

TEST_CASE("outliving needs a directory to be found in") {
  CHECK(error_of([] { pg::Embedded server({.directory = "", .durable = true, .outlive = true, .settings = {}}); }).code() ==
        ErrorCode::usage);
}

TEST_CASE("server programs that were asked for and are not there are an error, not another server") {
  const char* const chosen = std::getenv("SEGUE_PG_BINDIR");
  const std::string before = chosen == nullptr ? "" : chosen;  // empty counts as not set
  setenv("SEGUE_PG_BINDIR", "/nonexistent", 1);
  const auto error = error_of([] { pg::Embedded server(quick("")); });
  setenv("SEGUE_PG_BINDIR", before.c_str(), 1);
  CHECK(error.code() == ErrorCode::not_found);
  CHECK(error.message().find("/nonexistent") != std::string::npos);
}
