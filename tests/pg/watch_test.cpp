// Old writers write strange texts; somebody watches, and their rows are healed. Waits are for outcomes, never for a time.
#include "engine/watch.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "engine/review.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

// `segue watch` in a thread of its own.
class Watcher {
 public:
  explicit Watcher(const Hospital& hospital)
      : thread_([this, url = hospital.url(), plan = hospital.plan()] {
          engine::WatchOptions options;
          options.stop = [this] { return stop_.load(); };
          options.tell = [this](const engine::WatchEvent& event) { note(event); };
          engine::watch(url, plan, options);
        }) {}
  ~Watcher() {
    stop_ = true;
    thread_.join();
  }
  std::int64_t texts() { const std::scoped_lock lock(guard_); return texts_; }
  bool said(const std::string& what) {
    const std::scoped_lock lock(guard_);
    for (const auto& one : said_)
      if (one == what) return true;
    return false;
  }

 private:
  void note(const engine::WatchEvent& event) {
    const std::scoped_lock lock(guard_);
    said_.push_back(event.what);
    texts_ += event.texts;
  }
  std::atomic<bool> stop_ = false;
  std::mutex guard_;
  std::vector<std::string> said_;
  std::int64_t texts_ = 0;
  std::thread thread_;
};

template <class Condition> void wait_until(Condition&& holds) {
  constexpr int give_up = 6000;                                  // a minute: then something is wrong, not slow
  for (int i = 0; i < give_up && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(holds());
}

struct Watched : Hospital {
  Watched() {
    insert({{"id", "known"}, {"service", "BODY_CARE"}, {"preferredTime", "9:00 AM"}});
    run("profile");
    run("sync");
    run("backfill");
  }
  std::string period(const std::string& id) { return db().run("test.period", "select period::text from reservations where id = $1"_sql, {id}).text(); }
  std::int64_t queued() { return count("select count(*) from segue.value_seen"_sql); }
};

}  // namespace

TEST_CASE("a strange text is provisional at once and right soon after; one nobody can read stays provisional, and is decided later") {
  Watched hospital;
  Watcher watcher(hospital);
  wait_until([&] { return watcher.said("listening"); });
  {
    pg::Transaction transaction(hospital.db());
    hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
    CHECK(hospital.period("a") == "MORNING");                    // in the writer's own transaction: nobody can have healed it
    transaction.commit();
  }
  wait_until([&] { return hospital.period("a") == "AFTERNOON"; });
  hospital.insert({{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", "when the band stops"}});
  wait_until([&] { return hospital.queued() == 0; });
  CHECK(hospital.period("b") == "MORNING");
  const auto& value = hospital.plan().values.front();
  engine::decide(hospital.db(), hospital.plan(), value, {{"", {.value = value.name, .raw = "when the band stops", .meaning = "AFTERNOON", .actor = "nurse", .reason = "asked"}}});
  CHECK(hospital.period("b") == "AFTERNOON");
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("several watchers share the work: each text is read once, beside writers who never fail") {
  Watched hospital;
  {
    Watcher one(hospital), two(hospital), three(hospital);
    std::atomic<int> failures = 0;
    std::vector<std::thread> writers;
    for (int number = 0; number < 3; ++number)
      writers.emplace_back([&, number] {
        try {
          pg::Connection db(hospital.url());
          for (int i = 0; i < 40; ++i)
            Hospital::insert(db, {{"id", "w" + std::to_string(number) + "-" + std::to_string(i)}, {"service", "SKIN_CARE"},
                                  {"preferredTime", "3:" + std::to_string(10 + i) + (i % 4 == 0 ? " whatever" : " PM")}});
        } catch (const std::exception&) {
          ++failures;
        }
      });
    for (auto& writer : writers) writer.join();
    CHECK(failures == 0);
    wait_until([&] { return hospital.queued() == 0; });
    wait_until([&] { return one.texts() + two.texts() + three.texts() >= 40; });
  }
  CHECK(hospital.count("select count(*) from reservations where id like 'w%' and \"preferredTime\" like '% PM' and period <> 'AFTERNOON'"_sql) == 0);
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("a watcher comes back when its connection is cut") {
  Watched hospital;
  Watcher watcher(hospital);
  wait_until([&] { return watcher.said("listening"); });
  hospital.db().run("test.cut", "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'segue/watch/%' and datname = current_database()"_sql);
  wait_until([&] { return watcher.said("connection lost") || watcher.said("failed"); });
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  wait_until([&] { return hospital.period("a") == "AFTERNOON"; });
}

TEST_CASE("a watcher waits where there is no dual write yet, settles the repair queue, and does not outlive its plan") {
  Hospital hospital;
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}});
  Watcher watcher(hospital);
  wait_until([&] { return watcher.said("waiting"); });
  for (const char* step : {"profile", "sync", "backfill"}) hospital.run(step);
  wait_until([&] { return watcher.said("listening"); });
  hospital.db().run("test.repair", "insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', '{a}', 'new', 'test')"_sql);
  wait_until([&] { return hospital.repairs("a").empty(); });
}

TEST_CASE("whoever queues a text says so, with the plan and without the text; once a transaction") {
  Watched hospital;
  pg::Connection listener(hospital.url());
  listener.run("test.listen", "listen segue_work"_sql);
  {
    pg::Transaction transaction(hospital.db());
    for (const char* id : {"a", "b", "c"}) hospital.insert({{"id", id}, {"service", "SKIN_CARE"}, {"preferredTime", "secret"}});
    transaction.commit();
  }
  const auto note = listener.wait_notification(std::chrono::seconds(60));
  REQUIRE(note.has_value());
  CHECK(note->payload == "hospital-services");
  CHECK_FALSE(listener.wait_notification(std::chrono::milliseconds(0)).has_value());
  hospital.insert({{"id", "known text"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}});
  listener.run("test.sync", "select 1"_sql);
  CHECK_FALSE(listener.wait_notification(std::chrono::milliseconds(0)).has_value());
}
