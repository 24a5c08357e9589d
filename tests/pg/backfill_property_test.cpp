// Whatever the application writes while a backfill runs, stops and goes on: at the end old = new, and nothing acknowledged is lost.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <thread>

#include "base/text.hpp"
#include "steps/backfill_worker.hpp"
#include "support/team.hpp"
#include "support/writer.hpp"

using namespace segue;
using namespace segue::tests;

namespace {

constexpr int rows_at_the_start = 6'000, writers = 3, stops = 5;
constexpr std::int64_t transactions_behind = 40;

struct Load : Team<Writer> {
  Load(Hospital& hospital, Keys keys, std::uint64_t seed) {
    for (int i = 0; i < writers; ++i) add(hospital.url(), keys, i, seed * 10 + static_cast<std::uint64_t>(i));
    fill(hospital, keys, seed);
  }
  void wait_for_more() const { Team::wait_for_more(transactions_behind); }

 private:
  void fill(Hospital& hospital, Keys keys, std::uint64_t seed);
};

void Load::fill(Hospital& hospital, Keys keys, std::uint64_t seed) {
  static const std::vector<std::string> services = {"WRINKLE_BOTOX", "SKIN_CARE", "BODY_CARE"};
  std::mt19937_64 random(seed);
  pg::Transaction transaction(hospital.db());
  for (int i = 1; i <= rows_at_the_start; ++i) {
    const Belief belief{services[random() % services.size()], "", known_texts()[random() % known_texts().size()], false};
    auto fields = key_of(keys, i);
    owner(i).adopt(fields, belief);
    fields.emplace_back("service", belief.service);
    fields.emplace_back("preferredTime", belief.time.raw);
    hospital.insert(fields);
  }
  transaction.commit();
  hospital.db().run("test.analyze", "analyze reservations"_sql);
}

const std::string cursor_step = "migrate/backfill reservations";

// Two ranges, as two workers would have.
void cut(Hospital& hospital) {
  const auto mapping = hospital.mapping();
  const auto middle = hospital.db().run("test.middle", mapping::next_boundary(mapping), {nullptr, nullptr, rows_at_the_start / 2}).text();
  const auto highest = hospital.db().run("test.highest", mapping::highest_key(mapping)).text();
  hospital.db().run("test.cursors", R"sql(
    insert into segue.cursors (plan, step, range, "lowerKey", "upperKey")
    values ('hospital-services', $1, 0, null, $2::text[]), ('hospital-services', $1, 1, $2::text[], $3::text[]))sql"_sql,
    {cursor_step, middle, highest});
}

// Both workers until one of them has written a batch or a visit more.
void work_a_little(Hospital& hospital, const mapping::Resolved& mapping) {
  steps::Shared shared;
  shared.ranges = 2;
  std::vector<std::exception_ptr> errors(2);
  std::atomic<int> running{2};
  std::vector<std::thread> threads;
  for (int range = 0; range < 2; ++range)
    threads.emplace_back([&, range] {
      try {
        steps::BackfillWorker(hospital.url(), hospital.plan(), hospital.epoch(), mapping, cursor_step, steps::Held::pass_by, shared).walk(range);
      } catch (...) {
        errors[static_cast<std::size_t>(range)] = std::current_exception();
      }
      --running;
    });
  while (running == 2 && shared.scanned == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  shared.stop = true;
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

std::set<std::string> keys_in_repair(Hospital& hospital) {
  const auto rows = hospital.db().run("test.repairs", R"(select distinct array_to_string(key, '/') from segue.repairs where "resolvedAt" is null)"_sql);
  std::set<std::string> keys;
  for (int row = 0; row < rows.rows(); ++row) keys.insert(rows.text(row, 0));
  return keys;
}

void check_everything(Hospital& hospital, Load& load) {
  steps::settle(hospital.db(), hospital.plan(), hospital.epoch(), hospital.mapping());
  const auto comparison = hospital.compare();
  CHECK_MESSAGE(comparison.differing == 0, join(comparison.keys, ", "));
  CHECK(comparison.incomplete == 0);
  std::set<std::string> conflicts;
  std::size_t rows = 0;
  for (const auto& writer : load.clients) {
    CHECK(writer.failure() == "");
    CHECK(writer.transactions() >= transactions_behind);
    CHECK(join(writer.complaints(hospital.db()), "; ") == "");
    conflicts.merge(writer.conflicts());
    rows += writer.rows();
  }
  CHECK(keys_in_repair(hospital) == conflicts);
  CHECK(comparison.rows == static_cast<std::int64_t>(rows - conflicts.size()));
  CHECK(hospital.count("select count(*) from reservations"_sql) == static_cast<std::int64_t>(rows));
}

void migrate_under_load(Keys keys, std::uint64_t seed) {
  CAPTURE(seed);
  Hospital hospital(key_change(keys));
  Load load(hospital, keys, seed);
  hospital.run("profile");
  load.begin();
  load.wait_for_more();                                          // texts between profile and dual write
  hospital.run("sync");
  load.both_styles = true;
  cut(hospital);
  const auto mapping = hospital.mapping();
  if (keys == Keys::ordered) REQUIRE(mapping.key_correlation > 0.9);   // else the several-visits walk is not what is tested
  for (int i = 0; i < stops; ++i) {
    work_a_little(hospital, mapping);
    load.wait_for_more();
    if (i % 2 == 1) steps::settle(hospital.db(), hospital.plan(), hospital.epoch(), hospital.mapping());
  }
  hospital.run("backfill");                                      // the whole step goes on from the cursors
  load.wait_for_more();
  load.end();
  CHECK(hospital.count("select count(*) from segue.cursors where not done"_sql) == 0);
  check_everything(hospital, load);
}

// SEGUE_PROPERTY_ROUNDS=50 looks longer.
void rounds(Keys keys, std::uint64_t first_seed) {
  const char* wanted = std::getenv("SEGUE_PROPERTY_ROUNDS");
  const auto count = wanted != nullptr ? to_integer(wanted).value_or(2) : 2;
  for (std::int64_t i = 0; i < count; ++i) migrate_under_load(keys, first_seed + static_cast<std::uint64_t>(i));
}

}  // namespace

TEST_CASE("a backfill under load over random text keys loses nothing") { rounds(Keys::random_text, 1000); }
TEST_CASE("a backfill under load over ordered numbers, visited by hash class, loses nothing") { rounds(Keys::ordered, 2000); }
TEST_CASE("a backfill under load over a key of two columns loses nothing") { rounds(Keys::composite, 3000); }
