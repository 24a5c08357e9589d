// What the catalog says of tables, and that a description of a schema notices every change.
#include "catalog/catalog.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"
#include "steps/locks.hpp"
#include "support/database.hpp"
#include "support/thrown.hpp"

using namespace segue;

namespace {

struct Database {
  Database() : db(tests::fresh_database()) {}
  catalog::Table table(const std::string& name) { return catalog::table(db, {"public", name}); }
  std::string key(const sql::Sql& definition) {
    db.run_script("test.table", "drop table if exists t; "_sql + definition);
    return join(table("t").key, ", ");
  }
  std::vector<std::string> describe() { return catalog::describe_schema(db, "public"); }
  pg::Connection db;
};

}  // namespace

TEST_CASE("the key is the primary key, in its order") {
  Database database;
  CHECK(database.key("create table t (a int, b text, c int, primary key (c, a))"_sql) == "c, a");
  CHECK(database.key("create table t (a int unique not null, b int primary key)"_sql) == "b");
  CHECK(database.key(R"(create table t ("two words" int, "a,""b" text, primary key ("a,""b", "two words")))"_sql) == "a,\"b, two words");
}

TEST_CASE("without a primary key it is the smallest whole unique index over columns that are never null") {
  Database database;
  CHECK(database.key("create table t (a int not null, b int not null, c int not null, unique (a, b), unique (c))"_sql) == "c");
  CHECK(database.key("create table t (a int unique)"_sql).empty());
  CHECK(database.key("create table t (a int not null, b int); create unique index on t (a, b)"_sql).empty());
  CHECK(database.key("create table t (a int not null); create unique index on t (a) where a > 0"_sql).empty());
  CHECK(database.key("create table t (a int not null); create unique index on t ((a + 1))"_sql).empty());
  CHECK(database.key("create table t (a int not null); create index on t (a)"_sql).empty());
  CHECK(database.key("create table t (a int not null, b int); create unique index on t (a) include (b)"_sql) == "a");
  CHECK(database.key("create table t (a int not null)"_sql).empty());
}

TEST_CASE("columns have the type a cast takes, their default, and whether they are generated") {
  Database database;
  database.db.run_script("test.table", R"(
    create type "Odd Type" as enum ('A');
    create table t (id bigint primary key, "camelCase" varchar(10) default 'x', odd "Odd Type"[], twice bigint generated always as (id * 2) stored,
                    gone int, at timestamp(3) not null);
    alter table t drop column gone)"_sql);
  const auto table = database.table("t");
  REQUIRE(table.columns.size() == 5);
  CHECK(table.find("camelCase")->type == "character varying(10)");
  CHECK(table.find("camelCase")->default_expression == "'x'::character varying");
  CHECK(table.find("odd")->type == "\"Odd Type\"[]");
  CHECK(table.find("twice")->generated);
  CHECK(table.find("at")->type == "timestamp(3) without time zone");
  CHECK(table.find("at")->not_null);
  CHECK(table.find("gone") == nullptr);
  CHECK(table.find("camelcase") == nullptr);
}

TEST_CASE("a table that is not there is an error that points to the one that was meant") {
  Database database;
  database.db.run("test.table", R"(create table "Reservations" (id int primary key))"_sql);
  CHECK_FALSE(catalog::find_table(database.db, {"public", "reservations"}));
  try {
    database.table("reservations");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.message() == "there is no table \"public.reservations\"");
    CHECK(error.hint() == "there is a table \"Reservations\": names are compared to the letter");
  }
  database.db.run("test.view", "create view v as select 1"_sql);
  CHECK_FALSE(catalog::find_table(database.db, {"public", "v"}));
}

TEST_CASE("the description of a schema notices every change, and is what it was when the change is taken back") {
  Database database;
  auto& db = database.db;
  db.run_script("test.schema", R"sql(
    create type mood as enum ('good', 'bad');
    create table t (a int primary key, b text, c mood);
    create table u (a int);
    create function f() returns int language sql as 'select 1';
    create view v as select a from t)sql"_sql);
  const auto before = database.describe();
  struct Change { sql::Sql there, back; };
  for (const auto& [there, back] : std::vector<Change>{
           {"alter table t add column d int"_sql, "alter table t drop column d"_sql},
           {"alter table t alter column b set default 'x'"_sql, "alter table t alter column b drop default"_sql},
           {"alter table t alter column b set not null"_sql, "alter table t alter column b drop not null"_sql},
           {"alter table t alter column b type varchar(9)"_sql, "alter table t alter column b type text"_sql},
           {"alter table t rename column b to bb"_sql, "alter table t rename column bb to b"_sql},
           {"create index i on t (b)"_sql, "drop index i"_sql},
           {"alter table u add constraint k check (a > 0) not valid"_sql, "alter table u drop constraint k"_sql},
           {"alter table u add constraint k foreign key (a) references t"_sql, "alter table u drop constraint k"_sql},
           {"create table w ()"_sql, "drop table w"_sql},
           {"create sequence s"_sql, "drop sequence s"_sql},
           {"comment on column t.b is 'said'"_sql, "comment on column t.b is null"_sql},
           {"create or replace function f() returns int language sql as 'select 2'"_sql, "create or replace function f() returns int language sql as 'select 1'"_sql},
           {"create or replace view v as select a + 0 as a from t"_sql, "create or replace view v as select a from t"_sql},
           {"alter table t enable row level security"_sql, "alter table t disable row level security"_sql},
           {"create policy p on t using (a > 0)"_sql, "drop policy p on t"_sql},
           {"create rule r as on insert to u do also nothing"_sql, "drop rule r on u"_sql},
           {"create trigger g before update on t for each row execute function suppress_redundant_updates_trigger()"_sql, "drop trigger g on t"_sql}}) {
    CAPTURE(there.text());
    db.run("test.there", there);
    CHECK(database.describe() != before);
    db.run("test.back", back);
    CHECK(database.describe() == before);
  }
  db.run("test.value", "alter type mood add value 'mixed'"_sql);
  CHECK(database.describe() != before);
}

TEST_CASE("a trigger that is switched off, and a constraint that is not validated, are changes too") {
  Database database;
  auto& db = database.db;
  db.run_script("test.schema", R"(
    create table t (a int);
    create trigger g before update on t for each row execute function suppress_redundant_updates_trigger();
    alter table t add constraint k check (a > 0) not valid)"_sql);
  const auto before = database.describe();
  db.run("test.validate", "alter table t validate constraint k"_sql);
  const auto validated = database.describe();
  CHECK(validated != before);
  db.run("test.off", "alter table t disable trigger g"_sql);
  CHECK(database.describe() != validated);
}

TEST_CASE("an index is absent, valid, or invalid when its concurrent build failed") {
  Database database;
  auto& db = database.db;
  db.run_script("test.table", "create table t (a int); insert into t values (1), (1); create index good on t (a)"_sql);
  CHECK(catalog::index_state(db, {"public", "good"}) == catalog::IndexState::valid);
  CHECK(catalog::index_state(db, {"public", "none"}) == catalog::IndexState::absent);
  CHECK_THROWS_AS(db.run("test.fail", "create unique index concurrently bad on t (a)"_sql), Error);
  CHECK(catalog::index_state(db, {"public", "bad"}) == catalog::IndexState::invalid);
}

TEST_CASE("who holds a lock is named by process, program and kind of statement, never by its text") {
  Database database;
  auto& db = database.db;
  db.run("test.table", "create table t (a text)"_sql);
  pg::Connection holder(db.url(), {.application_name = "booking"});
  pg::Transaction transaction(holder);
  holder.run("test.write", "insert into t values ('secret')"_sql);
  const auto holders = catalog::lock_holders(db, {{"public", "t"}});
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].pid == holder.backend_pid());
  CHECK(holders[0].text.starts_with(fmt::format("server process {} (booking, idle in transaction, INSERT for 0.", holder.backend_pid())));
  CHECK(catalog::lock_holders(db, {{"public", "no such table"}}).empty());
}

TEST_CASE("what a session runs is named behind comments and brackets, and a DO block as one") {
  Database database;
  auto& db = database.db;
  db.run("test.table", "create table t (a text)"_sql);
  pg::Connection holder(db.url());
  pg::Transaction transaction(holder);
  holder.run("test.lock", "/* app:1 */ -- it's (ours)\n ((select count(*) from t))"_sql);
  CHECK(catalog::lock_holders(db, {{"public", "t"}}).at(0).text.find(", SELECT for ") != std::string::npos);
  holder.run("test.lock", "do $$ begin insert into t values ('secret'); end $$"_sql);
  CHECK(catalog::lock_holders(db, {{"public", "t"}}).at(0).text.find(", DO block for ") != std::string::npos);
}

TEST_CASE("a role that may not look into other sessions is told that, and by whom it is held up all the same") {
  Database database;
  auto& db = database.db;
  db.run_script("test.role", "do $$ begin create role sees_nothing; exception when duplicate_object then null; end $$; create table t (a text)"_sql);
  pg::Connection holder(db.url(), {.application_name = "booking"});
  pg::Transaction transaction(holder);
  holder.run("test.write", "insert into t values ('secret')"_sql);
  db.run("test.role", "set role sees_nothing"_sql);
  const auto holders = catalog::lock_holders(db, {{"public", "t"}});
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].pid == holder.backend_pid());
  CHECK(holders[0].text.find("state not shown to this role, statement not shown") != std::string::npos);
}

TEST_CASE("a lock on a table of another database with the same number holds up nobody here") {
  const auto url = tests::fresh_database();
  pg::Connection(url).run("test.table", "create table t (a text)"_sql);
  const auto name = pg::Connection(url).run("test.name", "select current_database()"_sql).text();
  pg::Connection(tests::server().url()).run("test.copy", sql::build("create database {} template {}"_sql, sql::Ident{name + "_copy"}, sql::Ident{name}));
  pg::Connection holder(tests::server().url(name + "_copy"));
  pg::Transaction transaction(holder);
  holder.run("test.write", "insert into t values ('secret')"_sql);
  pg::Connection here(url);
  CHECK(catalog::lock_holders(here, {{"public", "t"}}).empty());
}

TEST_CASE("a prepared transaction that holds a lock is named with its owner and the way to end it, never with its gid") {
  pg::Embedded server({.directory = "", .durable = false, .outlive = false, .settings = {"max_prepared_transactions=2"}});
  pg::Connection db(server.create_database("two phases"));
  db.run("test.table", "create table t (a text)"_sql);
  db.run_script("test.prepared", "begin; insert into t values ('secret'); prepare transaction 'Kim 010-1234'"_sql);
  const auto holders = catalog::lock_holders(db, {{"public", "t"}});
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].pid == 0);
  CHECK(holders[0].text.find("a prepared transaction of role \"") != std::string::npos);
  CHECK(holders[0].text.find("in database \"two phases\"") != std::string::npos);
  CHECK(holders[0].text.find("pg_prepared_xacts") != std::string::npos);
  CHECK(holders[0].text.find("ROLLBACK PREPARED") != std::string::npos);
  CHECK(holders[0].text.find("Kim") == std::string::npos);
  CHECK(holders[0].age_seconds >= 0);
  auto plan = plan::parse("plan.yaml", "plan: house\nphases: [{name: only, steps: [{rollout: flag, to: [100%]}]}]\n", ".");
  plan.limits.lock_timeout = std::chrono::milliseconds(20);
  plan.limits.lock_budget = std::chrono::milliseconds(0);
  journal::install(db);
  Silence silence;
  const steps::Options options;
  steps::Context context{db, plan, plan.phases[0], plan.phases[0].steps[0], journal::open_epoch(db, plan, false), silence, options};
  const auto error = tests::error_of([&] { steps::in_locked_transaction(context, {{{"public", "t"}}, sql::Lock::access_exclusive}, [] {}); });
  CHECK(error.code() == ErrorCode::lock_timeout);
  CHECK(error.message().find("prepared transaction of role") != std::string::npos);
  db.run("test.end", "rollback prepared 'Kim 010-1234'"_sql);
  CHECK(catalog::lock_holders(db, {{"public", "t"}}).empty());
}

TEST_CASE("the order of keys in the heap is known after ANALYZE") {
  Database database;
  auto& db = database.db;
  db.run_script("test.table", R"(
    create table t (id int primary key); insert into t select generate_series(1, 5000);
    create table r (id text primary key); insert into r select md5(i::text) from generate_series(1, 5000) i)"_sql);
  CHECK(database.table("t").key_correlation == 0);
  db.run_script("test.analyze", "analyze t; analyze r"_sql);
  CHECK(database.table("t").key_correlation > 0.99);
  CHECK(std::abs(database.table("r").key_correlation) < 0.3);
  CHECK(database.table("t").estimated_rows == 5000);
}
