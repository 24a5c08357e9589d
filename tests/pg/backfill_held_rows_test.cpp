// A backfill among sessions that hold rows: it passes them by, does all the rest, and then gets every one of them.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <thread>

#include "base/error.hpp"
#include "steps/backfill_worker.hpp"
#include "support/clinics.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

constexpr int rows = 2000;
const std::string cursor_step = "migrate/backfill reservations";

// Reservations "r00001"... of the old application, dual write beside them.
void begin(Hospital& hospital, const sql::Sql& order = "i"_sql) {
  hospital.db().run("test.fill", sql::build(R"sql(
    insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
    select 'r' || lpad(i::text, 5, '0'), 'p', '0', '1990-01-01', 'MALE', 'FOLLOW_UP', 'SKIN_CARE', '2026-05-04', '3:00 PM', '2026-05-01'
    from generate_series(1, $1::integer) i order by {})sql"_sql, order), {rows});
  hospital.db().run("test.analyze", "analyze reservations"_sql);
  hospital.run("profile");
  hospital.run("sync");
}

void one_range(Hospital& hospital) {
  hospital.db().run("test.cursor", R"(insert into segue.cursors (plan, step, range, "upperKey") values ('hospital-services', $1, 0, $2::text[]))"_sql,
                    {cursor_step, hospital.db().run("test.highest", mapping::highest_key(hospital.mapping())).text()});
}

void pass_by(Hospital& hospital) {
  const auto mapping = hospital.mapping();
  steps::Shared shared;
  steps::BackfillWorker(hospital.url(), hospital.plan(), hospital.epoch(), mapping, cursor_step, steps::Held::pass_by, shared).walk(0);
}

std::int64_t unwritten(Hospital& hospital) { return hospital.count(R"(select count(*) from reservations where "serviceId" is null)"_sql); }

// Updates a quarter of the table again and again, and lets nobody have its rows but for a moment between two transactions.
class Hog {
 public:
  Hog(const std::string& url, int number) : thread_([this, url, number] { run(url, number); }) {}
  ~Hog() { end(); }
  void end() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int rounds() const { return rounds_; }
  const std::string& failure() const { return failure_; }           // once ended

 private:
  void run(const std::string& url, int number) try {
    pg::Connection db(url, {.application_name = "hog"});
    while (!stop_) {
      pg::Transaction transaction(db);
      db.run("test.hog", R"sql(update reservations set status = case status when 'PENDING' then 'CONFIRMED' else 'PENDING' end::"ReservationStatus"
        where right(id, 1)::integer % 4 = $1::integer)sql"_sql, {number});
      db.run("test.keep", "select pg_sleep(0.3)"_sql);
      transaction.commit();
      ++rounds_;
    }
  } catch (const std::exception& error) {
    failure_ = error.what();
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> rounds_{0};
  std::string failure_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("rows that somebody holds are passed by; all others are written") {
  Hospital hospital;
  begin(hospital);
  one_range(hospital);
  pg::Connection somebody(hospital.url());
  {
    pg::Transaction holding(somebody);
    somebody.run("test.hold", "select 1 from reservations where id in ('r00001', 'r01500', 'r02000') for update"_sql);
    pass_by(hospital);
    CHECK(unwritten(hospital) == 3);
    CHECK(hospital.count("select count(*) from segue.cursors where done"_sql) == 1);
    CHECK(hospital.count("select count(*) from segue.cursors where not done"_sql) >= 2);
    // Interrupted here, a run takes up what was left, and leaves it behind again.
    pass_by(hospital);
    CHECK(unwritten(hospital) == 3);
  }
  hospital.run("backfill");
  CHECK(hospital.count("select sum(written) from segue.cursors"_sql) == rows);
  CHECK(hospital.count("select count(*) from segue.cursors where not done"_sql) == 0);
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("stretches with held rows that lie side by side become one range") {
  Hospital hospital;
  begin(hospital);
  one_range(hospital);
  pg::Connection somebody(hospital.url());
  pg::Transaction holding(somebody);
  somebody.run("test.hold", "select 1 from reservations for update"_sql);
  pass_by(hospital);
  CHECK(unwritten(hospital) == rows);
  CHECK(hospital.count("select count(*) from segue.cursors"_sql) == 2);
  CHECK(hospital.count(R"(select count(*) from segue.cursors where range = 1 and "lowerKey" is null and "upperKey" = '{r02000}')"_sql) == 1);
}

TEST_CASE("writers that hold the whole table all the time, but for moments, do not keep a backfill from its end") {
  Hospital hospital;
  SUBCASE("keys in the heap's order") { begin(hospital); }
  SUBCASE("keys in no order") { begin(hospital, "random()"_sql); }
  {
    Hog first(hospital.url(), 0), second(hospital.url(), 1), third(hospital.url(), 2), fourth(hospital.url(), 3);
    while (first.rounds() + second.rounds() + third.rounds() + fourth.rounds() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    hospital.run("backfill");
    for (auto* hog : {&first, &second, &third, &fourth}) {
      hog->end();
      CHECK(hog->failure() == "");
    }
  }
  CHECK(unwritten(hospital) == 0);
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("rows that derive others are passed by, too") {
  tests::Clinics clinics;
  clinics.write(R"(insert into users (id, role, "fullName", "clinicId", specialization)
    select 'd' || lpad(i::text, 3, '0'), 'DOCTOR', 'A', 'c1', 'surgery' from generate_series(1, 60) i)");
  clinics.sync_all();
  clinics.write(R"(insert into segue.cursors (plan, step, range, "upperKey") select plan, 'dual-write/backfill global_doctors', 0, '{d060}' from segue.plans)");
  const auto derivation = steps::derivation(clinics.db(), clinics.plan(), "global_doctors");
  pg::Connection somebody(clinics.url());
  {
    pg::Transaction holding(somebody);
    somebody.run("test.hold", "select 1 from users where id in ('d030', 'd031') for update"_sql);
    steps::Shared shared;
    steps::BackfillWorker(clinics.url(), clinics.plan(), clinics.epoch(), derivation.to_new.source, "dual-write/backfill global_doctors",
                          steps::Held::pass_by, shared, &derivation).walk(0);
    CHECK(clinics.ask("select count(*) from global_doctors") == "58");
    CHECK(clinics.ask(R"(select "lowerKey", "upperKey" from segue.cursors where not done)") == "{d029}|{d031}");
  }
  clinics.backfill_all();
  CHECK(clinics.ask("select count(*) from global_doctors") == "60");
  CHECK(clinics.findings() == "");
}
