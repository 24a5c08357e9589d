#include "rollout/flag_client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/text.hpp"
#include "pg/connection.hpp"
#include "support/database.hpp"

using namespace segue;
using rollout::FlagClient;

namespace {

const std::string key = rollout::flag_key("orders", "read-new");

void install_journal(const std::string& url) {
  pg::Connection db(url);
  db.run_script("journal", sql::Sql::from_plan(read_file(SEGUE_SOURCE_DIR "/src/journal/journal.sql")));
  db.run("plan", "insert into segue.plans (plan, title, hash) values ('orders', 'orders', '')"_sql);
}

void set_percent(const std::string& url, int percent) {
  pg::Connection(url).run("flag", R"(
      insert into segue.flags (key, plan, flag, percent, "changedBy") values ($1, 'orders', 'read-new', $2::integer, 'test')
      on conflict (key) do update set percent = excluded.percent, revision = flags.revision + 1)"_sql, {key, percent});
}

FlagClient::Options options_for(const std::string& url, std::chrono::milliseconds reread = std::chrono::hours(1)) {
  FlagClient::Options options;
  options.url = url;
  options.reread = reread;
  return options;
}

template <class Condition> bool becomes(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE("a flag is off while there is no journal, and followed as soon as there is one") {
  const auto url = tests::fresh_database();
  FlagClient flags(options_for(url));
  CHECK(flags.is_connected());
  CHECK(flags.percent(key) == 0);
  CHECK_FALSE(flags.is_on(key, "patient-00001"));
  install_journal(url);
  set_percent(url, 100);
  CHECK(becomes([&] { return flags.is_on(key, "patient-00001"); }));
}

TEST_CASE("a change is heard by notification, not by the next reading") {
  const auto url = tests::fresh_database();
  install_journal(url);
  set_percent(url, 5);
  std::atomic<int> seen = -1;
  auto options = options_for(url);
  options.on_change = [&](const rollout::FlagState& flag) { seen = flag.percent; };
  FlagClient flags(options);
  CHECK(flags.percent(key) == 5);
  set_percent(url, 25);
  CHECK(becomes([&] { return flags.percent(key) == 25; }));
  CHECK(becomes([&] { return seen == 25; }));
  CHECK(flags.all().size() == 1);
  CHECK(flags.all().front().revision == 2);
}

TEST_CASE("a change made where nobody could notify is found by the next reading") {
  const auto url = tests::fresh_database();
  install_journal(url);
  set_percent(url, 5);
  pg::Connection(url).run("silent", "alter table segue.flags disable trigger announce"_sql);
  FlagClient flags(options_for(url, std::chrono::milliseconds(100)));
  FlagClient asked(options_for(url));
  set_percent(url, 50);
  CHECK(becomes([&] { return flags.percent(key) == 50; }));
  CHECK(asked.percent(key) == 5);
  asked.reread();
  CHECK(becomes([&] { return asked.percent(key) == 50; }));
}

TEST_CASE("the last known state stays while the database is away, and changes made meanwhile are found") {
  pg::Embedded server(pg::EmbeddedOptions{.directory = "", .durable = true, .outlive = false, .settings = {}});
  const auto url = server.url();
  install_journal(url);
  set_percent(url, 50);
  FlagClient flags(options_for(url));
  CHECK(flags.percent(key) == 50);
  server.crash_and_restart();
  CHECK(flags.percent(key) == 50);
  set_percent(url, 0);
  CHECK(becomes([&] { return flags.percent(key) == 0 && flags.is_connected(); }));
}

TEST_CASE("without a database every flag is off and the client ends promptly") {
  FlagClient flags(options_for("host=/nonexistent dbname=none"));
  CHECK_FALSE(flags.is_connected());
  CHECK_FALSE(flags.is_on(key, "patient-00001"));
}
