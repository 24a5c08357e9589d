#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "sql/statement.hpp"

using namespace segue;
using sql::Created;
using sql::Operation;

namespace {

std::vector<Operation> operations_of(std::string_view text, Created& created) {
  std::vector<Operation> all;
  for (const auto& statement : sql::split("f.sql", text))
    for (auto& operation : sql::make_safe("f.sql", statement, created)) all.push_back(std::move(operation));
  return all;
}

std::string undo_of(const Operation& operation) {
  using enum Operation::Undo;
  if (operation.undo_kind == derived) return operation.undo.text();
  return operation.undo_kind == none_needed ? "-" : operation.undo_kind == impossible ? "impossible" : "must be written";
}

// One line an operation: statement | lock and what else is so | undo.
std::string shown(const std::vector<Operation>& operations) {
  std::string text;
  for (const auto& operation : operations) {
    text += operation.sql.text() + " | " + std::string(name_of(operation.lock));
    for (const auto& table : operation.tables) text += " " + table.schema + (table.schema.empty() ? "" : ".") + table.name;
    if (operation.rewrites) text += ", rewrites";
    if (operation.scans) text += ", scans";
    if (!operation.in_transaction) text += ", alone";
    if (operation.writes_rows) text += ", rows";
    text += " | " + undo_of(operation) + "\n";
  }
  return text;
}

std::string safe(std::string_view text) {
  Created created;
  return shown(operations_of(text, created));
}

// The same after the plan has made table t.
std::string safe_on_new(std::string_view text) {
  Created created;
  created.tables.push_back({"", "t"});
  return shown(operations_of(text, created));
}

std::string refusal(std::string_view text) {
  try {
    safe(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::plan_file);
    return error.message() + " / " + error.hint();
  }
  return "not refused";
}

bool refused(std::string_view text, std::string_view because) { return refusal(text).find(because) != std::string::npos; }

}  // namespace

TEST_CASE("an index on a table in use is built concurrently and can be found again") {
  Created created;
  const auto made = operations_of("CREATE UNIQUE INDEX \"reservations_Period_idx\" ON reservations (period) WHERE x > 0", created);
  CHECK(shown(made) == "CREATE UNIQUE INDEX CONCURRENTLY \"reservations_Period_idx\" ON reservations (period) WHERE x > 0 | "
                       "SHARE UPDATE EXCLUSIVE reservations, alone | drop index concurrently if exists \"reservations_Period_idx\"\n");
  REQUIRE(made[0].index.size() == 1);
  CHECK(made[0].index[0].index == "reservations_Period_idx");
  CHECK(made[0].index[0].table == sql::QualifiedName{"", "reservations"});
  CHECK_FALSE(made[0].index[0].dropped);
  CHECK(made[0].describes == "create unique index \"reservations_Period_idx\" on \"reservations\"");
  CHECK(safe("create /* odd */ index -- x\n i on s.t (a)") == "create /* odd */ index concurrently -- x\n i on s.t (a) | SHARE UPDATE EXCLUSIVE s.t, alone | drop index concurrently if exists \"s\".\"i\"\n");
  CHECK(safe("create index concurrently i on t (a)") == "create index concurrently i on t (a) | SHARE UPDATE EXCLUSIVE t, alone | drop index concurrently if exists \"i\"\n");
  CHECK(safe("create index i on only t (a)") == "create index i on only t (a) | SHARE t, scans | drop index if exists \"i\"\n");
}

TEST_CASE("an index on a table that the plan has made is built plainly") {
  CHECK(safe_on_new("create index i on t (a)") == "create index i on t (a) | none t | drop index if exists \"i\"\n");
}

TEST_CASE("indexes are dropped one by one, concurrently") {
  CHECK(safe("DROP INDEX a.\"B\", c RESTRICT") ==
        "DROP INDEX CONCURRENTLY a.\"B\" | SHARE UPDATE EXCLUSIVE, alone | must be written\n"
        "DROP INDEX CONCURRENTLY c | SHARE UPDATE EXCLUSIVE, alone | must be written\n");
  Created created;
  const auto dropped = operations_of("drop index concurrently s.i", created);
  CHECK(dropped.at(0).index.at(0).dropped);
  CHECK(dropped.at(0).index.at(0).index == "i");
  CHECK(dropped.at(0).index.at(0).table.schema == "s");
}

TEST_CASE("each part of an ALTER TABLE becomes a statement of its own, in the author's words") {
  Created created;
  const auto made = operations_of("-- why\nALTER TABLE ONLY \"camelCase\" -- here\n  ADD COLUMN \"이름\" numeric(10,2) DEFAULT (1 + 2), -- a, b\n"
                                  "  ADD \"b,c\" text[] DEFAULT ARRAY['x,y', 'z'],\n  ALTER d SET DEFAULT 1", created);
  CHECK(shown(made) ==
        "ALTER TABLE ONLY \"camelCase\" ADD COLUMN \"이름\" numeric(10,2) DEFAULT (1 + 2) | ACCESS EXCLUSIVE camelCase | alter table \"camelCase\" drop column \"이름\"\n"
        "ALTER TABLE ONLY \"camelCase\" ADD \"b,c\" text[] DEFAULT ARRAY['x,y', 'z'] | ACCESS EXCLUSIVE camelCase | alter table \"camelCase\" drop column \"b,c\"\n"
        "ALTER TABLE ONLY \"camelCase\" ALTER d SET DEFAULT 1 | ACCESS EXCLUSIVE camelCase | must be written\n");
  CHECK(made[2].line == 2);
  CHECK(made[2].column == 1);
}

TEST_CASE("a new column rewrites the table only where each row gets its own value") {
  const auto rewrites = [](const std::string& column) { return safe("alter table t add column c " + column).find("rewrites") != std::string::npos; };
  for (const char* free : {"int", "int not null default 5", "timestamptz not null default now()", "date default current_date", "text default 'x' || 'y'",
                           "timestamp default (now() at time zone 'utc')", "jsonb default '{}'::jsonb", "int default null", "\"Period\" default 'MORNING'"})
    CHECK_MESSAGE(!rewrites(free), free);
  for (const char* costly : {"timestamptz default clock_timestamp()", "uuid default gen_random_uuid()", "int default (1 + random())", "bigserial", "serial not null",
                             "bigint generated always as identity", "numeric generated always as (a * 2) stored", "int default my.now()", "int default nextval('s')"})
    CHECK_MESSAGE(rewrites(costly), costly);
  Created created;
  const auto made = operations_of("create domain pct as int check (value < 101); alter table t add column c pct", created);
  CHECK(made.at(1).rewrites);
  CHECK(safe_on_new("alter table t add c bigserial primary key") == "alter table t add c bigserial primary key | none t | alter table \"t\" drop column \"c\"\n");
}

TEST_CASE("a new column that would stop the application is refused") {
  CHECK(refused("alter table t add column a int not null", "f.sql:1:1: new column \"a\" is NOT NULL and has no default"));
  CHECK(refused("alter table t add column a int not null", "`require` step"));
  CHECK(refused("alter table t add column a int not null default null", "has no default"));
  CHECK(refused("alter table t add column a int check (a > 0)", "new column \"a\" may not carry CHECK"));
  CHECK(refused("alter table t add column a int references u", "may not carry REFERENCES"));
  CHECK(refused("alter table t add column a int unique", "ADD CONSTRAINT <name>"));
}

TEST_CASE("CHECK and FOREIGN KEY are added NOT VALID and validated apart") {
  CHECK(safe("ALTER TABLE t ADD CONSTRAINT \"tQty\" CHECK (qty > 0)") ==
        "ALTER TABLE t ADD CONSTRAINT \"tQty\" CHECK (qty > 0) NOT VALID | ACCESS EXCLUSIVE t | alter table \"t\" drop constraint \"tQty\"\n"
        "alter table \"t\" validate constraint \"tQty\" | SHARE UPDATE EXCLUSIVE t | -\n");
  CHECK(safe("alter table t add constraint f foreign key (a) references s.u (id) on delete cascade deferrable") ==
        "alter table t add constraint f foreign key (a) references s.u (id) on delete cascade deferrable not valid | SHARE ROW EXCLUSIVE t s.u | alter table \"t\" drop constraint \"f\"\n"
        "alter table \"t\" validate constraint \"f\" | SHARE UPDATE EXCLUSIVE t s.u | -\n");
  CHECK(safe("alter table t add constraint c check (a > 0) not valid") ==
        "alter table t add constraint c check (a > 0) not valid | ACCESS EXCLUSIVE t | alter table \"t\" drop constraint \"c\"\n");
  CHECK(safe_on_new("alter table t add constraint f foreign key (a) references u") ==
        "alter table t add constraint f foreign key (a) references u | SHARE ROW EXCLUSIVE t u | alter table \"t\" drop constraint \"f\"\n");
}

TEST_CASE("UNIQUE and PRIMARY KEY stand on an index built concurrently first") {
  CHECK(safe("alter table t add constraint u unique nulls not distinct (\"aB\", c) include (d) with (fillfactor = 80) using index tablespace x deferrable initially deferred") ==
        "create unique index concurrently \"u\" on \"t\" (\"aB\", c) include (d) nulls not distinct with (fillfactor = 80) tablespace x | SHARE UPDATE EXCLUSIVE t, alone | drop index concurrently if exists \"u\"\n"
        "alter table \"t\" add constraint \"u\" unique using index \"u\" deferrable initially deferred | ACCESS EXCLUSIVE t | alter table \"t\" drop constraint \"u\"\n");
  CHECK(safe("alter table s.t add constraint p primary key (id), add constraint c check (a > 0) not valid") ==
        "create unique index concurrently \"p\" on \"s\".\"t\" (id) | SHARE UPDATE EXCLUSIVE s.t, alone | drop index concurrently if exists \"s\".\"p\"\n"
        "alter table \"s\".\"t\" add constraint \"p\" primary key using index \"p\" | ACCESS EXCLUSIVE s.t, scans | alter table \"s\".\"t\" drop constraint \"p\"\n"
        "alter table s.t add constraint c check (a > 0) not valid | ACCESS EXCLUSIVE s.t | alter table \"s\".\"t\" drop constraint \"c\"\n");
  CHECK(safe("alter table t add constraint u unique using index i") == "alter table t add constraint u unique using index i | ACCESS EXCLUSIVE t | must be written\n");
  CHECK(safe("create unique index i on t (a); alter table t add constraint u unique using index i").ends_with("| alter table \"t\" drop constraint \"u\"\n"));
  CHECK(safe("alter table t add constraint e exclude using gist (a with =, b with &&)") ==
        "alter table t add constraint e exclude using gist (a with =, b with &&) | ACCESS EXCLUSIVE t, scans | alter table \"t\" drop constraint \"e\"\n");
}

TEST_CASE("SET NOT NULL goes through a validated CHECK") {
  const std::string steps =
      "alter table \"t\" add constraint \"segue_nn_t_aB\" check (\"aB\" is not null) not valid | ACCESS EXCLUSIVE t | alter table \"t\" drop constraint if exists \"segue_nn_t_aB\"\n"
      "alter table \"t\" validate constraint \"segue_nn_t_aB\" | SHARE UPDATE EXCLUSIVE t | -\n"
      "alter table \"t\" alter column \"aB\" set not null | ACCESS EXCLUSIVE t | alter table \"t\" alter column \"aB\" drop not null\n"
      "alter table \"t\" drop constraint \"segue_nn_t_aB\" | ACCESS EXCLUSIVE t | -\n";
  CHECK(safe("alter table t alter \"aB\" set not null") == steps);
  CHECK(shown(sql::require_not_null({"", "t"}, "aB")) == steps);
  CHECK(safe_on_new("alter table t alter a set not null") == "alter table t alter a set not null | none t | alter table \"t\" alter column \"a\" drop not null\n");
}

TEST_CASE("the helper constraint's name fits in 63 bytes, cuts no character and differs by column") {
  const std::string name = "예약서비스한도관리이력";
  const auto one = sql::require_not_null({"", name}, name + "1")[0].sql.text();
  CHECK(one == sql::require_not_null({"", name}, name + "1")[0].sql.text());
  CHECK(one != sql::require_not_null({"", name}, name + "2")[0].sql.text());
  const auto begin = one.find("segue_nn_"), end = one.find('"', begin);
  CHECK(end - begin <= 63);
  CHECK(sql::split("f.sql", one).size() == 1);
}

TEST_CASE("other forms of ALTER TABLE carry the lock that PostgreSQL takes") {
  CHECK(safe("alter table t alter a type bigint") == "alter table t alter a type bigint | ACCESS EXCLUSIVE t, rewrites | must be written\n");
  CHECK(safe("alter table t set (fillfactor = 90)") == "alter table t set (fillfactor = 90) | SHARE UPDATE EXCLUSIVE t | must be written\n");
  CHECK(safe("alter table t disable trigger x") == "alter table t disable trigger x | SHARE ROW EXCLUSIVE t | must be written\n");
  CHECK(safe("alter table t set logged") == "alter table t set logged | ACCESS EXCLUSIVE t, rewrites | must be written\n");
  CHECK(safe("alter table t drop constraint c") == "alter table t drop constraint c | ACCESS EXCLUSIVE t | must be written\n");
  CHECK(safe("alter table t alter a drop not null") == "alter table t alter a drop not null | ACCESS EXCLUSIVE t | must be written\n");
  CHECK(safe("alter table t owner to x") == "alter table t owner to x | ACCESS EXCLUSIVE t | must be written\n");
  CHECK(safe("alter table p attach partition c for values in (1)") == "alter table p attach partition c for values in (1) | ACCESS EXCLUSIVE p c, scans | alter table \"p\" detach partition \"c\"\n");
  CHECK(safe_on_new("alter table t alter a set default 1") == "alter table t alter a set default 1 | none t | -\n");
  CHECK(safe_on_new("alter table t drop constraint c") == "alter table t drop constraint c | none t | must be written\n");
}

TEST_CASE("a rename is undone by the opposite rename, and warns") {
  CHECK(safe("alter table t rename \"aB\" to c") == "alter table t rename \"aB\" to c | ACCESS EXCLUSIVE t | alter table \"t\" rename column \"c\" to \"aB\"\n");
  CHECK(safe("alter table s.t rename to u") == "alter table s.t rename to u | ACCESS EXCLUSIVE s.t | alter table \"s\".\"u\" rename to \"t\"\n");
  CHECK(safe("alter type \"T\" rename to u") == "alter type \"T\" rename to u | none | alter type \"u\" rename to \"T\"\n");
  CHECK(safe("alter table t rename constraint a to b") == "alter table t rename constraint a to b | ACCESS EXCLUSIVE t | alter table \"t\" rename constraint \"b\" to \"a\"\n");
  CHECK(safe("alter type e rename value 'a' to 'it''s'") == "alter type e rename value 'a' to 'it''s' | none | alter type \"e\" rename value 'it''s' to 'a'\n");
  CHECK(safe("alter type e add value 'x'") == "alter type e add value 'x' | none | impossible\n");
  Created created;
  CHECK(operations_of("alter table t rename a to b", created).at(0).note.find("code that runs now") != std::string::npos);
  operations_of("create table a (x int); alter table a rename to b", created);
  CHECK(created.tables.back() == sql::QualifiedName{"", "b"});
}

TEST_CASE("a new table is remembered, locks the tables it points at, and is dropped on the way back") {
  Created created;
  CHECK(shown(operations_of("create table \"Slots\" (id int primary key, a int references s.u (id), b int references \"Slots\", foreign key (a) references v)", created)) ==
        "create table \"Slots\" (id int primary key, a int references s.u (id), b int references \"Slots\", foreign key (a) references v) | SHARE ROW EXCLUSIVE Slots s.u v | drop table \"Slots\"\n");
  CHECK(created.tables == std::vector<sql::QualifiedName>{{"", "Slots"}});
  CHECK(safe("create table p1 partition of p for values in (1)") == "create table p1 partition of p for values in (1) | ACCESS EXCLUSIVE p1 p | drop table \"p1\"\n");
  CHECK(safe("create table c as select 1 as x") == "create table c as select 1 as x | none c | drop table \"c\"\n");
}

TEST_CASE("what is created is dropped on the way back") {
  const auto undo = [](std::string_view text) {
    const auto line = safe(text);
    return line.substr(line.rfind("| ") + 2);
  };
  CHECK(undo("create type s.\"T\" as enum ('a')") == "drop type \"s\".\"T\"\n");
  CHECK(undo("create type c as (a int)") == "drop type \"c\"\n");
  CHECK(undo("create domain d as text") == "drop domain \"d\"\n");
  CHECK(undo("create sequence q") == "drop sequence \"q\"\n");
  CHECK(undo("create view v as select 1") == "drop view \"v\"\n");
  CHECK(undo("create or replace view v as select 1") == "must be written\n");
  CHECK(undo("create materialized view v as select 1") == "drop materialized view \"v\"\n");
  CHECK(undo("create schema s") == "drop schema \"s\"\n");
  CHECK(undo("create extension pgcrypto") == "drop extension \"pgcrypto\"\n");
  CHECK(undo("create function s.f(a int, out b text, variadic c \"T\"[]) language sql as 'select 1'") == "drop function \"s\".\"f\"(\"pg_catalog\".\"int4\", \"T\"[])\n");
  CHECK(undo("create function f(a t.b%type) returns int language sql as 'select 1'") == "must be written\n");
  CHECK(undo("create or replace function f() returns int language sql as 'select 1'") == "must be written\n");
  CHECK(undo("create procedure p() language sql begin atomic select 1; select 2; end") == "drop procedure \"p\"()\n");
  CHECK(undo("create trigger g before insert on s.t for each row execute function f()") == "drop trigger \"g\" on \"s\".\"t\"\n");
  CHECK(undo("create policy p on t using (true)") == "drop policy \"p\" on \"t\"\n");
  CHECK(undo("drop type x") == "must be written\n");
  CHECK(undo("drop view v") == "must be written\n");
  CHECK(undo("grant select on t to public") == "must be written\n");
}

TEST_CASE("rows put into a new table need no undo, other rows do") {
  CHECK(safe_on_new("insert into t values (1)") == "insert into t values (1) | none t, rows | -\n");
  CHECK(safe_on_new("delete from t") == "delete from t | none t, rows | -\n");
  CHECK(safe("insert into t values (1)") == "insert into t values (1) | ROW EXCLUSIVE t, rows | must be written\n");
  CHECK(safe("update t set a = 1 where id = 3") == "update t set a = 1 where id = 3 | ROW EXCLUSIVE t, rows | must be written\n");
  CHECK(safe_on_new("with x as (insert into u values (1) returning *) insert into t select * from x") ==
        "with x as (insert into u values (1) returning *) insert into t select * from x | ROW EXCLUSIVE t u, rows | must be written\n");
  CHECK(safe_on_new("truncate t") == "truncate t | none t, rows | -\n");
  CHECK(safe_on_new("grant select on t to public") == "grant select on t to public | none | -\n");
}

TEST_CASE("changes to every row of a table in use are refused") {
  CHECK(refused("update t set a = 1", "an UPDATE of \"t\" without a WHERE that chooses rows"));
  CHECK(refused("update t set a = 1", "`backfill` step"));
  CHECK(refused("delete from t where 1 = 1", "a DELETE of \"t\" without"));
  CHECK(refused("with x as (delete from live returning *) insert into t select * from x", "a DELETE of \"live\""));
  CHECK(refused("truncate t", "TRUNCATE of \"t\""));
}

TEST_CASE("what a plan may never do is refused, with the place and the way out") {
  CHECK(refusal("select 1;") == "f.sql:1:1: a SELECT in a step asserts nothing; write it as a check / put it under `checks:` of the phase, with what it is "
                               "expected to answer; one that changes something, such as setval, goes into a DO block");
  CHECK(refused("-- a\n  begin;", "f.sql:2:3: a plan may not begin or end a transaction"));
  for (const char* text : {"commit", "rollback", "savepoint a"}) CHECK(refused(text, "a plan may not begin or end"));
  for (const char* text : {"set x = 1", "reset all", "listen x", "prepare q as select 1"}) CHECK(refused(text, "about the session"));
  for (const char* text : {"vacuum full t", "vacuum", "cluster t using i"}) CHECK(refused(text, "maintenance window"));
  CHECK(refused("drop table t", "`retire` step"));
  CHECK(refused("alter table t drop column a", "`retire` step"));
  for (const char* text : {"drop type x cascade", "drop view v cascade", "alter table t drop constraint c cascade", "revoke select on t from x cascade"})
    CHECK(refused(text, "CASCADE is not allowed"));
  for (const char* text : {"create table if not exists t (a int)", "alter table t add column if not exists a int", "create schema if not exists s", "alter type e add value if not exists 'x'"})
    CHECK(refused(text, "IF NOT EXISTS is not allowed in a plan / it hides drift"));
  CHECK(refused("create index if not exists i on t (a)", "it hides an invalid index"));
  for (const char* text : {"alter table if exists t add a int", "drop index if exists i", "alter table t drop constraint if exists c"})
    CHECK(refused(text, "IF EXISTS is not allowed"));
  CHECK(refused("create index on t (a)", "the index has no name"));
  CHECK(refused("alter table t add unique (a)", "the constraint has no name"));
  CHECK(refused("create temp table t (a int)", "temporary"));
  CHECK(refused("create database x", "(CreatedbStmt) is not supported"));
  CHECK(refused("copy t from stdin", "INSERT ... VALUES"));
}

TEST_CASE("what segue cannot look into says so") {
  Created created;
  CHECK(operations_of("do $$ begin null; end $$", created).at(0).note.starts_with("not analysed"));
  CHECK(safe("do $$ begin null; end $$").ends_with("| must be written\n"));
}

TEST_CASE("ANALYZE, COMMENT and REFRESH need no undo") {
  CHECK(safe("analyze t, u") == "analyze t, u | SHARE UPDATE EXCLUSIVE t u | -\n");
  CHECK(safe("comment on column t.a is 'x'") == "comment on column t.a is 'x' | SHARE UPDATE EXCLUSIVE t | -\n");
  CHECK(safe("refresh materialized view v") == "refresh materialized view v | ACCESS EXCLUSIVE v, rewrites | -\n");
}

TEST_CASE("a constraint of a domain is validated apart too") {
  CHECK(safe("alter domain d add constraint c check (value > 0)") ==
        "alter domain d add constraint c check (value > 0) not valid | none | alter domain \"d\" drop constraint \"c\"\n"
        "alter domain \"d\" validate constraint \"c\" | none | -\n");
  CHECK(safe("alter domain d set not null") == "alter domain d set not null | none, scans | alter domain \"d\" drop not null\n");
}
