#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "pg/connection.hpp"
#include "reservations/init_load.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

int call(int (*command)(int, char**), std::vector<std::string> words) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  return command(static_cast<int>(argv.size()), argv.data());
}

int init(const std::string& url) { return call(reservations::run_init, {"init", "--database", url}); }

int load(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(), {"load", "--database", url, "--today", "2026-03-17"});
  return call(reservations::run_load, more);
}

std::int64_t rows(pg::Connection& db) { return db.run("test.count", "select count(*) from reservations"_sql).integer(); }

}  // namespace

TEST_CASE("init creates the old schema once, and says so when it is complete") {
  const auto url = tests::fresh_database();
  CHECK(init(url) == 0);
  CHECK(init(url) == 0);
  pg::Connection db(url);
  CHECK(db.run("test.limits", "select count(*) from service_reservation_limits"_sql).integer() == 6);
}

TEST_CASE("init refuses a database that holds only part of the old schema, naming what is missing") {
  const auto url = tests::fresh_database();
  REQUIRE(init(url) == 0);
  pg::Connection db(url);
  db.run_script("test.damage", R"(alter table reservations drop column "preferredTime"; drop table service_reservation_limits)"_sql);
  CHECK_THROWS_WITH_AS(init(url), "part of the old schema exists, but not: table service_reservation_limits, "
                                  "column reservations.preferredTime", Error);
}

TEST_CASE("init adds the ledger to an old schema that has none, filled, unless a migration is on its way") {
  const auto url = tests::fresh_database();
  REQUIRE(init(url) == 0);
  REQUIRE(load(url, {"--rows", "1200"}) == 0);
  pg::Connection db(url);
  const auto booked = "select sum(change) from booked_per_day"_sql;
  const auto before = db.run("test.booked", booked).integer();
  CHECK(before > 0);
  CHECK_FALSE(reservations::lacks_ledger(db));
  const auto take_away = R"(
    drop table booked_per_day; drop function booked_per_day_change() cascade;
    drop function booked_per_day_fold(); drop function booked_per_day_missing())"_sql;
  db.run_script("test.take", take_away);
  CHECK(reservations::lacks_ledger(db));
  CHECK(init(url) == 0);
  CHECK(db.run("test.booked", booked).integer() == before);
  CHECK_FALSE(reservations::lacks_ledger(db));
  db.run_script("test.take", take_away);
  db.run("test.migration", "create table services (id text)"_sql);
  CHECK_FALSE(reservations::lacks_ledger(db));
  CHECK_THROWS_WITH_AS(init(url), "part of the old schema exists, but not: table booked_per_day", Error);
}

TEST_CASE("load fills the table, refuses to fill it twice, and appends when told to") {
  const auto url = tests::fresh_database();
  CHECK_THROWS_WITH_AS(load(url, {}), "the old schema is not there", Error);
  REQUIRE(init(url) == 0);
  CHECK(load(url, {"--rows", "1200", "--json"}) == 0);
  pg::Connection db(url);
  CHECK(rows(db) == 1200);
  CHECK_THROWS_WITH_AS(load(url, {"--rows", "10"}), "the table \"reservations\" holds rows already", Error);
  CHECK_THROWS_WITH_AS(load(url, {"--rows", "1200", "--append"}), "these reservations are there already; nothing was added", Error);
  CHECK(rows(db) == 1200);
  CHECK(load(url, {"--rows", "300", "--seed", "2", "--append"}) == 0);
  CHECK(rows(db) == 1500);
}

TEST_CASE("what load leaves in the coming days is below the daily limits") {
  const auto url = tests::fresh_database();
  REQUIRE(init(url) == 0);
  REQUIRE(load(url, {"--rows", "20000"}) == 0);
  pg::Connection db(url);
  CHECK(db.run("test.coming", R"(select count(*) from reservations where "preferredDate" > '2026-03-17')"_sql).integer() > 20);
  CHECK(db.run("test.most", R"(
      select max(taken) from (select count(*) as taken from reservations r where "preferredDate" > '2026-03-17'
        and status in ('PENDING', 'CONFIRMED') group by "preferredDate") as days)"_sql).integer() <= 2);
}
