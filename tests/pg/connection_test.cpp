// What a failed statement tells, and what it must not tell.
#include "pg/connection.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "base/error.hpp"
#include "support/database.hpp"
#include "support/thrown.hpp"

using namespace segue;
using segue::tests::error_of;

namespace {

constexpr const char* secret = "Kim 010-1234-5678";

struct Database {
  Database() : url(tests::fresh_database()), db(url) {
    db.run_script("test.table", R"(
      create table patients (name text constraint no_blank check (name <> ''), phone text unique, age integer not null);
      create table visits (phone text references patients (phone)))"_sql);
  }
  // Returns when it is gone. PostgreSQL can wait by itself only since 14.
  void end(int backend) {
    db.run("test.end", "select pg_terminate_backend($1::integer)"_sql, {backend});
    while (db.run("test.gone", "select exists (select 1 from pg_stat_activity where pid = $1::integer)"_sql, {backend}).boolean())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::string url;
  pg::Connection db;
};

}  // namespace

TEST_CASE("a violated constraint names table, column and constraint, never the row") {
  Database database;
  auto& db = database.db;
  db.run("test.first", "insert into patients values ($1, $1, 40)"_sql, {secret});
  const auto check = [&](const Error& error, const std::string& sqlstate, const std::string& message) {
    CHECK(error.code() == ErrorCode::database);
    CHECK(error.sqlstate() == sqlstate);
    CHECK(error.statement() == "test.write");
    CHECK(error.message() == message);
    CHECK(describe(error).find("Kim") == std::string::npos);
    CHECK(describe_json(error).find("5678") == std::string::npos);
  };
  check(error_of([&] { db.run("test.write", "insert into patients values ($1, $1, 41)"_sql, {secret}); }), "23505",
        "a constraint was violated (table patients, constraint patients_phone_key)");
  check(error_of([&] { db.run("test.write", "insert into patients values ($1, '1', null)"_sql, {secret}); }), "23502",
        "a constraint was violated (table patients, column age)");
  check(error_of([&] { db.run("test.write", "insert into patients values ('', $1, 1)"_sql, {secret}); }), "23514",
        "a constraint was violated (table patients, constraint no_blank)");
  check(error_of([&] { db.run("test.write", "insert into visits values ($1 || '!')"_sql, {secret}); }), "23503",
        "a constraint was violated (table visits, constraint visits_phone_fkey)");
}

TEST_CASE("a value that cannot be converted is not repeated") {
  Database database;
  for (const auto& statement : {"select $1::integer"_sql, "select $1::date"_sql, "select $1::jsonb"_sql, "select ('{' || $1)::text[]"_sql}) {
    const auto error = error_of([&] { database.db.run("test.convert", statement, {secret}); });
    CHECK(error.sqlstate().substr(0, 2) == "22");
    CHECK(error.statement() == "test.convert");
    CHECK(describe(error).find("Kim") == std::string::npos);
  }
}

TEST_CASE("what a function raises may hold a value, so it is not repeated") {
  Database database;
  const auto error = error_of([&] { database.db.run_script("test.raise", "do $$ begin raise exception 'patient Kim'; end $$"_sql); });
  CHECK(error.sqlstate() == "P0001");
  CHECK(describe(error).find("Kim") == std::string::npos);
}

TEST_CASE("an error without data keeps PostgreSQL's own words") {
  Database database;
  const auto error = error_of([&] { database.db.run("test.typo", "select nme from patients"_sql); });
  CHECK(error.sqlstate() == "42703");
  CHECK(error.message() == "column \"nme\" does not exist");
}

TEST_CASE("after a failed statement the session goes on; a failed transaction says so when it commits") {
  Database database;
  auto& db = database.db;
  error_of([&] { db.run("test.typo", "select nme from patients"_sql); });
  CHECK(db.run("test.alive", "select 1"_sql).integer() == 1);
  pg::Transaction transaction(db);
  error_of([&] { db.run("test.typo", "select nme from patients"_sql); });
  const auto error = error_of([&] { transaction.commit(); });
  CHECK(error.code() == ErrorCode::database);
  CHECK(error.outcome() == Outcome::not_done);
  CHECK_FALSE(db.in_transaction());
}

TEST_CASE("a lock that is not had in time and a right that is missing have codes of their own") {
  Database database;
  pg::Connection holder(database.url), other(database.url, {.lock_timeout = std::chrono::milliseconds(50)});
  pg::Transaction holding(holder);
  holder.run("test.hold", "lock table patients"_sql);
  CHECK(error_of([&] { other.run("test.wait", "select * from patients"_sql); }).code() == ErrorCode::lock_timeout);
  holding.rollback();
  other.run("test.role", "set role pg_monitor"_sql);
  const auto error = error_of([&] { other.run("test.right", "select * from patients"_sql); });
  CHECK(error.code() == ErrorCode::permission);
  CHECK(error.sqlstate() == "42501");
}

TEST_CASE("a server that is not there is a connection error without the password") {
  const auto error = error_of([] { pg::Connection("host=/nonexistent user=u password=hush dbname=d"); });
  CHECK(error.code() == ErrorCode::connection);
  CHECK(describe(error).find("hush") == std::string::npos);
  CHECK(pg::without_password("host=h user=u password=hush").find("hush") == std::string::npos);
}

TEST_CASE("a session that was ended is a connection error, and nothing of its transaction is there") {
  Database database;
  pg::Connection victim(database.url);
  pg::Transaction transaction(victim);
  victim.run("test.write", "insert into patients values ('a', 'b', 1)"_sql);
  database.end(victim.backend_pid());
  const auto error = error_of([&] { victim.run("test.next", "select 1"_sql); });
  CHECK(error.code() == ErrorCode::connection);
  CHECK(error.statement() == "test.next");
  CHECK(error.outcome() == Outcome::not_done);
  CHECK_FALSE(victim.is_open());
  CHECK(database.db.run("test.count", "select count(*) from patients"_sql).integer() == 0);
}

TEST_CASE("a statement alone may have been done when its answer was lost; a question or a BEGIN changed nothing either way") {
  Database database;
  const auto outcome_of = [&](const sql::Sql& statement) {
    pg::Connection victim(database.url);
    database.end(victim.backend_pid());
    const auto error = error_of([&] { victim.run("test.alone", statement); });
    CHECK(error.code() == ErrorCode::connection);
    return error.outcome();
  };
  CHECK(outcome_of("insert into patients values ('a', 'b', 1)"_sql) == Outcome::unknown);
  CHECK(outcome_of("create index concurrently i on patients (name)"_sql) == Outcome::unknown);
  CHECK(outcome_of("select 1"_sql) == Outcome::not_done);
  CHECK(outcome_of("begin"_sql) == Outcome::not_done);
}

TEST_CASE("a session that is ended while its COMMIT is on the way leaves the outcome in doubt") {
  Database database;
  database.db.run_script("test.slow_commit", R"(
    create function wait_at_commit() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(77); return null; end $$;
    create constraint trigger slow after insert on patients deferrable initially deferred for each row execute function wait_at_commit())"_sql);
  pg::Connection gate(database.url), victim(database.url);
  gate.run("test.close", "select pg_advisory_lock(77)"_sql);
  pg::Transaction transaction(victim);
  victim.run("test.write", "insert into patients values ('a', 'b', 1)"_sql);
  const auto pid = victim.backend_pid();
  std::thread killer([&] {
    pg::Connection db(database.url);
    while (!db.run("test.waits", "select exists (select 1 from pg_locks where pid = $1::integer and not granted)"_sql, {pid}).boolean())
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    db.run("test.end", "select pg_terminate_backend($1::integer)"_sql, {pid});
  });
  const auto error = error_of([&] { transaction.commit(); });
  killer.join();
  CHECK(error.code() == ErrorCode::in_doubt);
  CHECK(error.outcome() == Outcome::unknown);
  CHECK(error.statement() == "transaction.commit");
  CHECK(facts_of(error.code()).exit_status == 4);
}

TEST_CASE("a deferred constraint that fails at COMMIT is not in doubt: nothing was done") {
  Database database;
  database.db.run("test.deferred", "alter table visits alter constraint visits_phone_fkey deferrable initially deferred"_sql);
  pg::Transaction transaction(database.db);
  database.db.run("test.write", "insert into visits values ('nobody')"_sql);
  const auto error = error_of([&] { transaction.commit(); });
  CHECK(error.code() == ErrorCode::database);
  CHECK(error.sqlstate() == "23503");
  CHECK(error.outcome() == Outcome::not_done);
  CHECK(database.db.run("test.count", "select count(*) from visits"_sql).integer() == 0);
}

TEST_CASE("rows that COPY refuses are not repeated, and the session goes on") {
  Database database;
  bool sent = false;
  const auto error = error_of([&] {
    database.db.copy_in("test.copy", "copy patients from stdin"_sql, [&](std::string& buffer) {
      buffer = std::string(secret) + "\t1\tnot a number\n";
      return std::exchange(sent, true) == false;
    });
  });
  CHECK(error.sqlstate() == "22P02");
  CHECK(error.statement() == "test.copy");
  CHECK(describe(error).find("Kim") == std::string::npos);
  CHECK(database.db.run("test.alive", "select count(*) from patients"_sql).integer() == 0);
}

TEST_CASE("a statement that waits says so again and again, and who is waited for stands in the error if it is given up") {
  Database database;
  pg::Connection waiting(database.url, {.lock_timeout = std::chrono::milliseconds(300)});
  int looks = 0;
  waiting.while_waiting(std::chrono::milliseconds(20), [&] { return "the " + std::to_string(++looks) + ". look"; });
  CHECK(waiting.run("test.quick", "select 1"_sql).integer() == 1);
  pg::Transaction holding(database.db);
  database.db.run("test.lock", "lock table patients"_sql);
  const auto error = error_of([&] { waiting.run("test.read", "select count(*) from patients"_sql); });
  CHECK(error.code() == ErrorCode::lock_timeout);
  CHECK(looks >= 2);
  CHECK(error.message().ends_with("; held by the " + std::to_string(looks) + ". look"));
  holding.rollback();
  CHECK(waiting.run("test.read", "select count(*) from patients"_sql).integer() == 0);
}
