// The journal: who may write it, what it remembers, and that nobody works beside another.
#include "journal/journal.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "support/database.hpp"
#include "support/thrown.hpp"

using namespace segue;
using tests::code_of;

namespace {

plan::Plan small_plan(const std::string& title = "a plan") {
  return plan::parse("plan.yaml", "plan: small\ntitle: " + title + "\nphases: [{name: only, steps: [{rollout: flag, to: [100%]}]}]\n", ".");
}

struct Journal {
  Journal() : url(tests::fresh_database()), db(url) { journal::install(db); }
  std::int64_t count(const sql::Sql& query) { return db.run("test.count", query).integer(); }
  std::string url;
  pg::Connection db;
  const plan::Plan plan = small_plan();
};

}  // namespace

TEST_CASE("a database without a journal says so, and reading it installs nothing") {
  pg::Connection db(tests::fresh_database());
  CHECK_FALSE(journal::is_installed(db));
  CHECK(db.run("test.schema", "select to_regnamespace('segue') is null"_sql).boolean());
}

TEST_CASE("installing twice is installing once, and keeps what is there") {
  Journal journal;
  const auto epoch = journal::open_epoch(journal.db, journal.plan, false);
  journal::install(journal.db);
  CHECK(journal::is_installed(journal.db));
  CHECK(journal.count("select count(*) from segue.meta"_sql) == 1);
  CHECK(journal::open_epoch(journal.db, journal.plan, false) == epoch + 1);
}

TEST_CASE("those that install at the same time all find one journal") {
  const auto url = tests::fresh_database();
  constexpr int runners = 4;
  std::vector<std::string> outcomes(runners);
  std::vector<std::thread> threads;
  for (auto& outcome : outcomes)
    threads.emplace_back([&] {
      try {
        pg::Connection db(url);
        journal::install(db);
        outcome = journal::is_installed(db) ? "installed" : "not installed";
      } catch (const Error& error) {
        outcome = describe(error);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(outcomes == std::vector<std::string>(runners, "installed"));
  pg::Connection db(url);
  CHECK(db.run("test.meta", "select count(*) from segue.meta"_sql).integer() == 1);
}

TEST_CASE("a journal that a newer segue wrote is not touched") {
  Journal journal;
  journal.db.run("test.newer", "update segue.meta set version = version + 1"_sql);
  CHECK(code_of([&] { journal::is_installed(journal.db); }) == ErrorCode::journal_newer);
  CHECK(code_of([&] { journal::install(journal.db); }) == ErrorCode::journal_newer);
}

TEST_CASE("everything in the journal is explained") {
  Journal journal;
  CHECK(journal.count(R"(select count(*) from pg_class c where relnamespace = 'segue'::regnamespace and relkind in ('r', 'S', 'v')
    and obj_description(oid, 'pg_class') is null and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'i'))"_sql) == 0);
  CHECK(journal.count(R"(select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
    where relnamespace = 'segue'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped and col_description(c.oid, attnum) is null)"_sql) == 0);
  CHECK(journal.count("select count(*) from pg_proc where pronamespace = 'segue'::regnamespace and obj_description(oid, 'pg_proc') is null"_sql) == 0);
  CHECK(journal.count("select count(*) from pg_class where relnamespace = 'segue'::regnamespace and relkind = 'r'"_sql) > 10);
}

TEST_CASE("the audit takes rows and gives none back") {
  Journal journal;
  journal::audit(journal.db, "small", "somebody", "looked", "because", R"({"rows": 3})");
  for (const auto& change : {"update segue.audit set actor = 'nobody'"_sql, "delete from segue.audit"_sql, "truncate segue.audit"_sql,
                             "update segue.audit set actor = 'nobody' where false"_sql})
    CHECK_THROWS_AS(journal.db.run("test.forge", change), Error);
  CHECK(journal.count("select count(*) from segue.audit where actor = 'somebody' and (evidence ->> 'rows')::int = 3"_sql) == 1);
}

TEST_CASE("one runner at a time: the second is told who the first is, and may begin when it is gone") {
  Journal journal;
  {
    pg::Connection first(journal.url, {.application_name = "segue/run/small"});
    journal::lock(first, "small");
    try {
      journal::lock(journal.db, "small");
      FAIL("two runners hold the plan");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::locked);
      CHECK(error.message() == "plan \"small\" is being worked on by server process " + std::to_string(first.backend_pid()) + " (segue/run/small)");
    }
    CHECK_NOTHROW(journal::lock(journal.db, "another plan"));
  }
  for (;;) {                                                     // the server takes a moment to notice that the first has gone
    try {
      journal::lock(journal.db, "small");
      break;
    } catch (const Error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

TEST_CASE("a runner that was overtaken changes nothing any more") {
  Journal journal;
  const auto stale = journal::open_epoch(journal.db, journal.plan, false);
  CHECK_NOTHROW(journal::fence(journal.db, "small", stale));
  pg::Connection newer(journal.url);
  const auto current = journal::open_epoch(newer, journal.plan, false);
  CHECK(current == stale + 1);
  CHECK(code_of([&] { journal::fence(journal.db, "small", stale); }) == ErrorCode::fenced);
  CHECK(code_of([&] { journal::fence(journal.db, "no such plan", current); }) == ErrorCode::fenced);
  CHECK_NOTHROW(journal::fence(newer, "small", current));
}

TEST_CASE("a newer runner waits until the transaction of the one before it is over") {
  Journal journal;
  const auto epoch = journal::open_epoch(journal.db, journal.plan, false);
  pg::Connection older(journal.url), newer(journal.url, {.lock_timeout = std::chrono::milliseconds(100)});
  {
    pg::Transaction working(older);
    journal::fence(older, "small", epoch);
    CHECK(code_of([&] { journal::open_epoch(newer, journal.plan, false); }) == ErrorCode::lock_timeout);
    working.commit();
  }
  CHECK(journal::open_epoch(newer, journal.plan, false) == epoch + 1);
}

TEST_CASE("a plan that was changed is refused, unless its user says that it may; approvals stay with the plan they were given to") {
  Journal journal;
  journal::open_epoch(journal.db, journal.plan, false);
  journal::approve(journal.db, journal.plan, "only", std::nullopt, "somebody", "seen it");
  journal::approve(journal.db, journal.plan, "only", "an item", "somebody else", "done");
  const auto given = journal::approvals(journal.db, journal.plan, "only");
  REQUIRE(given.size() == 2);
  CHECK(given[0].actor == "somebody");
  CHECK(given[0].item.empty());
  CHECK(given[1].item == "an item");
  const auto changed = small_plan("another title");
  REQUIRE(changed.hash != journal.plan.hash);
  CHECK(journal::approvals(journal.db, changed, "only").empty());
  CHECK(code_of([&] { journal::open_epoch(journal.db, changed, false); }) == ErrorCode::plan_changed);
  CHECK_NOTHROW(journal::open_epoch(journal.db, changed, true));
  CHECK(journal.count("select count(*) from segue.audit where action = 'changed plan accepted'"_sql) == 1);
  CHECK(journal::begun_hash(journal.db, "small") == changed.hash);
}

TEST_CASE("withdrawn approvals of a phase's gate are void; answers to its checklist stay") {
  Journal journal;
  journal::open_epoch(journal.db, journal.plan, false);
  journal::approve(journal.db, journal.plan, "only", std::nullopt, "somebody", "seen it");
  journal::approve(journal.db, journal.plan, "only", "an item", "somebody", "done");
  journal::withdraw_approvals(journal.db, "small", "only");
  const auto valid = journal::approvals(journal.db, journal.plan, "only");
  REQUIRE(valid.size() == 1);
  CHECK(valid[0].item == "an item");
}

TEST_CASE("a step's record goes from begun to done to undone, and counts its attempts") {
  Journal journal;
  journal::open_epoch(journal.db, journal.plan, false);
  const auto& step = journal.plan.phase("only").steps.at(0);
  CHECK(journal::step_state(journal.db, "small", "only", step.name).empty());
  journal::step_begun(journal.db, "small", "only", step, 0);
  journal::step_begun(journal.db, "small", "only", step, 0);
  CHECK(journal::step_state(journal.db, "small", "only", step.name) == "begun");
  journal::add_lock_wait(journal.db, "small", "only", step.name, 12);
  journal::add_lock_wait(journal.db, "small", "only", step.name, 7);
  journal::step_ended(journal.db, "small", "only", step.name, "done", {5, 3, R"({"batches": 2})"});
  const auto records = journal::steps(journal.db, "small");
  REQUIRE(records.size() == 1);
  CHECK(records[0].state == "done");
  CHECK(records[0].rows == 5);
  CHECK(records[0].longest_lock_wait_ms == 12);
  CHECK(journal.count("select attempts from segue.steps"_sql) == 2);
  journal::step_undoing(journal.db, "small", "only", step.name);
  CHECK(journal::step_state(journal.db, "small", "only", step.name) == "undoing");
}

TEST_CASE("what a transaction that fails has written to the journal is not there") {
  Journal journal;
  const auto epoch = journal::open_epoch(journal.db, journal.plan, false);
  {
    pg::Transaction transaction(journal.db);
    journal::fence(journal.db, "small", epoch);
    journal::operation(journal.db, "small", "only", "step", {0, "create table t ()", std::nullopt, true, "done"});
    journal::audit(journal.db, "small", "somebody", "did it");
  }
  CHECK(journal::operations(journal.db, "small", "only", "step").empty());
  CHECK(journal.count("select count(*) from segue.audit where action = 'did it'"_sql) == 0);
}

TEST_CASE("repairs are counted by row, open ones only") {
  Journal journal;
  journal.db.run_script("test.repairs", R"(
    insert into segue.repairs (plan, mapping, key, direction, reason) values
      ('small', 'm', '{1}', 'new', '22003'), ('small', 'm', '{1}', 'both', 'conflict'), ('small', 'm', '{2}', 'new', '22003'),
      ('small', 'n', '{1}', 'new', '22003'), ('other', 'm', '{1}', 'new', '22003');
    update segue.repairs set "resolvedAt" = clock_timestamp() where key = '{2}')"_sql);
  CHECK(journal::open_repairs(journal.db, "small") == 2);
  CHECK(journal::open_repairs(journal.db, "small", "m") == 1);
}
