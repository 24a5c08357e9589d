// A journal of an older segue becomes what a new one is, and keeps what it knows.
#include <doctest/doctest.h>

#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "journal/audit.hpp"
#include "journal/journal.hpp"
#include "journal/repairs.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

struct Older {
  Older() : url(tests::fresh_database()), db(url) {
    db.run_script("test.layout_1", sql::Sql::from_plan(read_file(SEGUE_SOURCE_DIR "/tests/pg/journal_layout_1.sql")));
    db.run("test.plan", "insert into segue.plans (plan, title, hash) values ('small', 'a plan', 'h')"_sql);
    journal::audit(db, "small", "somebody", "looked", "because");
    db.run("test.repair", R"(insert into segue.repairs (plan, mapping, key, direction, reason) values ('small', 'stays', '{7}', 'old', 'no value: stand-in used'))"_sql);
  }
  ErrorCode code_of(void (*work)(pg::Connection&)) {
    try {
      work(db);
    } catch (const Error& error) {
      return error.code();
    }
    FAIL("no error was thrown");
    return ErrorCode::system;
  }
  std::vector<std::string> layout() { return catalog::describe_schema(db, "segue"); }
  std::string url;
  pg::Connection db;
};

}  // namespace

TEST_CASE("an older journal becomes what a new one is, to the letter, and keeps what it knows") {
  Older older;
  REQUIRE(journal::installed_version(older.db) == 1);
  journal::install(older.db);
  CHECK(journal::installed_version(older.db) == 1);
  journal::upgrade(older.db);
  pg::Connection fresh(tests::fresh_database());
  journal::install(fresh);
  CHECK(older.layout() == catalog::describe_schema(fresh, "segue"));
  CHECK(journal::is_installed(older.db));
  CHECK(journal::open_repairs(older.db, "small") == 1);
  CHECK(journal::audit_entries(older.db, "small").size() == 2);
  CHECK(journal::audit_entries(older.db, "small").back().action == "journal brought up to date");
  journal::upgrade(older.db);
  CHECK(journal::audit_entries(older.db, "small").size() == 2);
}

TEST_CASE("what only reads an older journal says how it is brought up to date, and does not do it") {
  Older older;
  const auto before = older.layout();
  CHECK(older.code_of([](pg::Connection& db) { journal::is_installed(db); }) == ErrorCode::refused);
  CHECK(older.layout() == before);
}

TEST_CASE("a journal is not brought up to date while a runner of an older segue is at work") {
  Older older;
  const auto before = older.layout();
  pg::Connection runner(older.url);
  journal::lock(runner, "small");
  CHECK(older.code_of(journal::upgrade) == ErrorCode::locked);
  CHECK(older.layout() == before);
  CHECK(journal::installed_version(older.db) == 1);
}

TEST_CASE("a runner brings the journal up to date with the lock of its plan in its hands") {
  Older older;
  journal::lock(older.db, "small");
  journal::upgrade(older.db);
  CHECK(journal::is_installed(older.db));
}

TEST_CASE("an application's transaction that wrote to the queue goes on, and the journal is brought up to date after it") {
  Older older;
  pg::Connection application(older.url);
  application.run("test.begin", "begin"_sql);
  application.run("test.write", R"(insert into segue.repairs (plan, mapping, key, direction, reason) values ('small', 'stays', '{8}', 'old', '22P02'))"_sql);
  std::thread upgrade([&] {
    pg::Connection db(older.url);
    journal::upgrade(db);
  });
  application.run("test.again", "insert into segue.repairs (plan, mapping, key, direction, reason) select plan, mapping, '{9}', direction, reason from segue.repairs where key = '{8}'"_sql);
  application.run("test.commit", "commit"_sql);
  upgrade.join();
  CHECK(journal::is_installed(older.db));
  CHECK(journal::open_repairs(older.db, "small") == 3);
}

TEST_CASE("two that bring a journal up to date at the same time do it once") {
  Older older;
  const auto work = [&] {
    pg::Connection db(older.url);
    journal::upgrade(db);
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
  CHECK(journal::audit_entries(older.db, "small").size() == 2);
}

TEST_CASE("a journal from before 0.2.0 is refused, and a newer one; neither is changed") {
  Older older;
  older.db.run("test.older", "alter table segue.value_seen drop column behind"_sql);
  auto before = older.layout();
  CHECK(older.code_of(journal::install) == ErrorCode::refused);
  CHECK(older.layout() == before);
  Older newer;
  newer.db.run("test.newer", "update segue.meta set version = 99"_sql);
  before = newer.layout();
  CHECK(newer.code_of(journal::install) == ErrorCode::journal_newer);
  journal::upgrade(newer.db);                                    // nothing to do for it
  CHECK(newer.layout() == before);
  CHECK(journal::installed_version(newer.db) == 99);
}
