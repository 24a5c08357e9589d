// The ledgers of bookings under writers of every kind: right at every moment, and in nobody's way.
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "support/booking_ledger.hpp"

using namespace segue;
using namespace segue::tests;

namespace {

// Books, cancels, deletes and moves its own reservations, in transactions over several slots in any order, at either isolation level;
// some are taken back, in whole or to a savepoint.
class Staff {
 public:
  Staff(const std::string& url, int number) : db_(url), number_(number), random_(static_cast<std::uint32_t>(number)) {}

  void run(const std::atomic<bool>& stop) {
    try {
      while (!stop) {
        work();
        ++done;
      }
    } catch (const Error& error) {
      failure = describe(error);
    }
  }

  std::int64_t done = 0;
  std::string failure;

 private:
  void work() {
    pg::Transaction transaction(db_, below(3) == 0 ? "begin isolation level repeatable read"_sql : "begin"_sql);
    for (unsigned left = 1 + below(4); left > 0; --left) {
      if (below(4) != 0) write();
      else {
        tests::run(db_, "savepoint before");
        write();
        tests::run(db_, below(2) == 0 ? "rollback to before" : "release before");
      }
    }
    if (below(5) != 0) transaction.commit();
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  const std::string& day() { return days[below(3)]; }
  const std::string& service() { return services[below(2)]; }
  std::string mine() {
    return fmt::format("where id in (select id from reservations where id like '{}______' order by random() limit {})", number_, 1 + below(4));
  }
  void write() {
    const int id = number_ * 1'000'000 + next_++;
    switch (below(8)) {
      case 0: return tests::run(db_, "update reservations set status = 'CANCELLED' " + mine());
      case 1: return tests::run(db_, "delete from reservations " + mine());
      case 2: return tests::run(db_, fmt::format("update reservations set \"preferredDate\" = '{}' {}", day(), mine()));
      case 3: return tests::run(db_, fmt::format("update reservations set service = '{}', period = 'MORNING', \"estimatedDuration\" = {} {}", service(), below(60), mine()));
      case 4: return tests::run(db_, fmt::format("with gone as (delete from reservations {} returning 1) {}", mine(), insert(id, day(), service())));
      case 5: return tests::run(db_, fmt::format("update reservations set status = 'CONFIRMED' {}", mine()));
      default: return tests::run(db_, insert(id, day(), service(), below(6) == 0 ? "CANCELLED" : "PENDING"));
    }
  }

  pg::Connection db_;
  int number_, next_ = 0;
  std::minstd_rand random_;
};

// Writers behind another writer's row; behind segue's lock on a table they may be.
std::int64_t waiting(pg::Connection& db) {
  return db.run("test.waiting", "select count(*) from pg_locks where not granted and locktype in ('transactionid', 'tuple')"_sql).integer();
}

struct Seen { std::int64_t wrong = 0, waiting = 0; };

Seen watch(Clinic& clinic, const std::atomic<bool>& stop) {
  Seen seen;
  for (int i = 0; i < 60 && !stop; ++i) {
    if (i == 20) clinic.install_new_ledger();
    if (i == 40) run(clinic.db, Clinic::fill("booked_per_period"));  // any time
    seen.wrong += clinic.wrong_per_day() + clinic.wrong_per_period();
    seen.waiting += waiting(clinic.db);
  }
  return seen;
}

}  // namespace

TEST_CASE("the ledgers say what the reservations say at every moment, also while the new one is installed under writers, and no writer waits") {
  for (int round = 0; round < 3; ++round) {
    Clinic clinic;
    if (round > 0) clinic.always_fold("booked_per_day");
    for (int i = 0; i < 60; ++i) run(clinic.db, insert(i, days[static_cast<unsigned>(i) % 3], services[static_cast<unsigned>(i) % 2]));
    std::atomic<bool> stop{false};
    std::vector<std::unique_ptr<Staff>> staff;
    for (int i = 1; i <= 4; ++i) staff.push_back(std::make_unique<Staff>(clinic.url, i + round * 4));
    std::vector<std::jthread> threads;
    const auto send_home = [&stop](void*) { stop = true; };
    const std::unique_ptr<void, decltype(send_home)> at_the_end(&threads, send_home);
    for (auto& one : staff) threads.emplace_back([&stop, &one] { one->run(stop); });
    const auto seen = watch(clinic, stop);
    stop = true;
    threads.clear();
    for (const auto& one : staff) {
      CHECK(one->failure == "");
      CHECK(one->done > 0);
    }
    CHECK(seen.waiting == 0);
    CHECK(seen.wrong + clinic.wrong_per_day() + clinic.wrong_per_period() == 0);
    CHECK(clinic.db.run("test.filled", R"(select count(*) from booked_per_period where "preferredDate" = '-infinity')"_sql).integer() == 1);
    CHECK(clinic.rows("booked_per_period") > 0);
  }
}

TEST_CASE("transactions that change the same slots in opposite order do not wait for each other, whatever their isolation") {
  Clinic clinic;
  clinic.install_new_ledger();
  for (const auto* ledger : {"booked_per_day", "booked_per_period"}) clinic.always_fold(ledger);
  for (int i = 0; i < 12; ++i) run(clinic.db, insert(i, days[static_cast<unsigned>(i) % 2], services[0]));
  const pg::Session impatient{.lock_timeout = std::chrono::milliseconds(1)};
  for (const auto& begin : {"begin"_sql, "begin isolation level repeatable read"_sql, "begin isolation level serializable"_sql}) {
    pg::Connection one(clinic.url, impatient), other(clinic.url, impatient);
    pg::Transaction there(one, begin), back(other, begin);
    run(one, insert(100, days[0], services[0]));
    run(other, insert(101, days[1], services[0]));
    run(one, "update reservations set status = 'CANCELLED' where id in ('1', '3')");
    run(other, "update reservations set \"preferredDate\" = '2098-03-04' where id in ('0', '2')");
    run(one, "delete from reservations where id = '5'");
    run(other, "delete from reservations where id = '4'");
    there.rollback();
    back.rollback();
    CHECK(clinic.wrong_per_day() + clinic.wrong_per_period() == 0);
  }
}

TEST_CASE("a ledger that is filled before its triggers are there would be found to be wrong, and filling it again mends it") {
  Clinic clinic;
  for (int i = 0; i < 10; ++i) run(clinic.db, insert(i, days[0], services[0]));
  clinic.install_filled_first("update reservations set status = 'CANCELLED' where id < '4'");
  CHECK(clinic.wrong_per_period() == 2);
  run(clinic.db, Clinic::fill("booked_per_period"));
  CHECK(clinic.wrong_per_period() == 0);
}

TEST_CASE("who writes past the triggers is caught up with, and filling what is right adds nothing") {
  Clinic clinic;
  run(clinic.db, "set session_replication_role = replica");
  for (int i = 0; i < 10; ++i) run(clinic.db, insert(i, days[0], services[0]));
  run(clinic.db, "set session_replication_role = origin");
  CHECK(clinic.wrong_per_day() == 1);
  run(clinic.db, Clinic::fill("booked_per_day"));
  CHECK(clinic.wrong_per_day() == 0);
  CHECK(clinic.rows("booked_per_day") == 1);
  CHECK(clinic.db.run("test.again", sql::Sql::from_plan(Clinic::fill("booked_per_day"))).affected() == 0);
  run(clinic.db, "set session_replication_role = replica; delete from reservations; set session_replication_role = origin");
  run(clinic.db, Clinic::fill("booked_per_day"));
  CHECK(clinic.wrong_per_day() == 0);
}

TEST_CASE("two who fill at once add what is missing once") {
  Clinic clinic;
  run(clinic.db, "set session_replication_role = replica;" + insert(1, days[0], services[0]) + "; set session_replication_role = origin");
  pg::Connection one(clinic.url), other(clinic.url);
  {
    pg::Transaction first(one);
    run(one, Clinic::fill("booked_per_day"));
    std::jthread second([&] { run(other, Clinic::fill("booked_per_day")); });
    while (clinic.db.run("wait", "select not exists (select from pg_locks where not granted)"_sql).boolean()) std::this_thread::yield();
    first.commit();
  }
  CHECK(clinic.wrong_per_day() == 0);
  CHECK(clinic.rows("booked_per_day") == 1);
}
