#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "embedded/old_schema_sql.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "plan/statements.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

// Few slots, so that everybody meets everybody.
const std::vector<std::string> days = {"2098-03-03", "2098-03-04", "2098-03-05"}, services = {"BODY_CARE", "SKIN_CARE"};

// The old schema and the new model without its ledger, with rows of both sides filled by whoever writes them.
class Clinic {
 public:
  Clinic() : url(tests::fresh_database()), db(url), plan_(plan::load(SEGUE_SOURCE_DIR "/plans/hospital-services")) {
    db.run_script("test.schema", sql::Sql::from_plan(std::string(embedded::old_schema_sql())));
    for (const auto* file : {"01-services", "02-columns", "03-clinic-time-slots", "04-indexes"})
      db.run_script(file, sql::Sql::from_plan(read_file(SEGUE_SOURCE_DIR "/plans/hospital-services/" + std::string(file) + ".sql")));
  }
  // As segue does: each statement of the plan's file in a transaction of its own.
  void install_new_ledger() {
    pg::Connection runner(url, {.lock_timeout = std::chrono::milliseconds(100)});
    for (const auto& operation : ledger_operations())
      for (bool done = false; !done;) try {
        runner.run("test.ledger", operation.sql);
        done = true;
      } catch (const Error& error) {
        if (error.sqlstate() != "55P03" && error.sqlstate() != "40P01") throw;
      }
  }
  // The wrong way round: filled first, and then the triggers on the reservations.
  void install_filled_first(const std::string& meanwhile) {
    auto operations = ledger_operations();
    const auto late = std::stable_partition(operations.begin(), operations.end(), [](const auto& operation) {
      return operation.sql.text().find("ON reservations") == std::string::npos;
    });
    for (auto operation = operations.begin(); operation != operations.end(); ++operation) {
      if (operation == late) db.run_script("test.meanwhile", sql::Sql::from_plan(meanwhile));
      db.run("test.ledger", operation->sql);
    }
  }

  const std::string url;
  pg::Connection db;

 private:
  std::vector<sql::Operation> ledger_operations() {
    const auto& phase = plan_.phase("migrate");
    for (const auto& step : phase.steps)
      if (step.name == "sql 05-booked-per-period.sql") return plan::operations_of(plan_, phase, step);
    return {};
  }
  plan::Plan plan_;
};

std::string insert(int number, const std::string& day, const std::string& service, std::string_view status = "PENDING") {
  return fmt::format(R"(insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "updatedAt", "preferredTime",
                          "preferredDate", service, status, period, "estimatedDuration")
                        values ('{}', 'patient', '010-0000-0000', '1990-01-01', 'OTHER', 'FOLLOW_UP', now(), '', '{}', '{}', '{}', '{}', {}))",
                     number, day, service, status, number % 3 == 0 ? "MORNING" : "AFTERNOON", 10 + number % 5);
}

void run(pg::Connection& db, const std::string& text) { db.run_script("test.write", sql::Sql::from_plan(text)); }

// One snapshot: numbers that are not what the reservations say. Must be none at any moment.
std::int64_t wrong_per_day(pg::Connection& db) {
  return db.run("test.wrong_day", R"(
      select count(*) from booked_per_day l where bookings <> (
        select count(*) from reservations r
        where r."preferredDate" = l."preferredDate" and r.service = l.service and r.status in ('PENDING', 'CONFIRMED')))"_sql).integer();
}
std::int64_t wrong_per_period(pg::Connection& db) {
  if (db.run("test.there", "select to_regclass('booked_per_period') is null"_sql).boolean()) return 0;
  return db.run("test.wrong_period", R"(
      select count(*) from booked_per_period l where minutes <> (
        select coalesce(sum("estimatedDuration"), 0) from reservations r
        where r."preferredDate" = l."preferredDate" and r.period = l.period and r.status in ('PENDING', 'CONFIRMED')))"_sql).integer();
}

// Books, cancels, deletes and moves, alone and several rows in one statement; every fifth transaction is taken back.
class Staff {
 public:
  Staff(const std::string& url, int number) : db_(url), number_(number), random_(static_cast<std::uint32_t>(number)) {}

  void run(const std::atomic<bool>& stop) {
    for (int i = 0; !stop; ++i) {
      try {
        pg::Transaction transaction(db_);
        write(number_ * 1'000'000 + i * 10);
        if (below(3) == 0) write(number_ * 1'000'000 + i * 10 + 5);
        if (below(5) != 0) transaction.commit();
        ++done;
      } catch (const Error& error) {
        if (error.sqlstate() == "40P01") continue;  // two slots in one transaction, in another's order
        failure = describe(error);
        return;
      }
    }
  }

  std::int64_t done = 0;
  std::string failure;

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  const std::string& day() { return days[below(3)]; }
  const std::string& service() { return services[below(2)]; }
  std::string mine() { return fmt::format("where id in (select id from reservations where id like '{}______' order by id limit {})", number_, 1 + below(4)); }
  void write(int id) {
    switch (below(8)) {
      case 0: return ::run(db_, "update reservations set status = 'CANCELLED' " + mine());
      case 1: return ::run(db_, "delete from reservations " + mine());
      case 2: return ::run(db_, fmt::format("update reservations set \"preferredDate\" = '{}' {}", day(), mine()));
      case 3: return ::run(db_, fmt::format("update reservations set service = '{}', period = 'MORNING', \"estimatedDuration\" = {} {}", service(), below(60), mine()));
      case 4: return ::run(db_, fmt::format("with gone as (delete from reservations {} returning 1) {}", mine(), insert(id, day(), service())));
      case 5: return ::run(db_, fmt::format("update reservations set status = 'CONFIRMED' {}", mine()));
      default: return ::run(db_, insert(id, day(), service(), below(6) == 0 ? "CANCELLED" : "PENDING"));
    }
  }

  pg::Connection db_;
  int number_;
  std::minstd_rand random_;
};

}  // namespace

TEST_CASE("the ledgers say what the reservations say at every moment, also while the new one is installed under writers") {
  for (int round = 0; round < 3; ++round) {
    Clinic clinic;
    for (int i = 0; i < 60; ++i) run(clinic.db, insert(i, days[static_cast<unsigned>(i) % 3], services[static_cast<unsigned>(i) % 2]));
    std::atomic<bool> stop{false};
    std::vector<std::unique_ptr<Staff>> staff;
    for (int i = 1; i <= 4; ++i) staff.push_back(std::make_unique<Staff>(clinic.url, i + round * 4));
    std::vector<std::jthread> threads;
    const auto send_home = [&stop](void*) { stop = true; };
    const std::unique_ptr<void, decltype(send_home)> at_the_end(&threads, send_home);
    for (auto& one : staff) threads.emplace_back([&stop, &one] { one->run(stop); });
    std::int64_t wrong = 0;
    for (int i = 0; i < 60; ++i) {
      if (i == 20) clinic.install_new_ledger();
      wrong += wrong_per_day(clinic.db) + wrong_per_period(clinic.db);
    }
    stop = true;
    threads.clear();
    for (const auto& one : staff) {
      CHECK(one->failure == "");
      CHECK(one->done > 0);
    }
    CHECK(clinic.db.run("test.known", "select count(*) from booked_per_period where minutes is not null"_sql).integer() > 0);
    CHECK(wrong + wrong_per_day(clinic.db) + wrong_per_period(clinic.db) == 0);
    CHECK(clinic.db.run("test.unknown", "select count(*) from booked_per_day where bookings is null"_sql).integer() == 0);
  }
}

TEST_CASE("a number that is written before every change is seen would be found to be wrong") {
  Clinic clinic;
  for (int i = 0; i < 10; ++i) run(clinic.db, insert(i, days[0], services[0]));
  clinic.install_filled_first("update reservations set status = 'CANCELLED' where id < '4'");
  CHECK(wrong_per_period(clinic.db) == 2);
  run(clinic.db, "update booked_per_period set minutes = null");  // unknown is always right, and is counted again
  CHECK(wrong_per_period(clinic.db) == 0);
  CHECK(clinic.db.run("test.known", "select count(*) from booked_per_period where minutes is not null"_sql).integer() == 2);
}

TEST_CASE("a transaction that looks at an old snapshot leaves unknown what it cannot count") {
  Clinic clinic;
  run(clinic.db, "delete from booked_per_day");
  pg::Connection other(clinic.url);
  {
    pg::Transaction old(other, "begin isolation level repeatable read"_sql);
    run(other, "select 1 from reservations");
    run(clinic.db, "set session_replication_role = replica");  // as before there was a ledger
    run(clinic.db, insert(1, days[0], services[0]));
    run(clinic.db, "set session_replication_role = origin");
    run(other, insert(2, days[0], services[0]));
    old.commit();
  }
  const auto bookings = [&] { return clinic.db.run("test.day", "select coalesce(bookings::text, 'unknown') from booked_per_day"_sql).text(); };
  CHECK(bookings() == "unknown");
  run(clinic.db, insert(3, days[0], services[0]));
  CHECK(bookings() == "3");
  run(clinic.db, "truncate reservations");
  CHECK(clinic.db.run("test.rows", "select count(*) from booked_per_day"_sql).integer() == 0);
}
