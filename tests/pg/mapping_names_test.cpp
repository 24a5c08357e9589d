// Mappings whose names need every kind of quoting, on a real server: dual write, backfill and comparison all the way.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "journal/journal.hpp"
#include "steps/mapped.hpp"
#include "steps/step.hpp"
#include "support/database.hpp"
#include "verify/compare.hpp"

using namespace segue;

namespace {

struct Migration {
  Migration(const std::string& yaml, const sql::Sql& schema) : plan(plan::parse("plan.yaml", yaml, ".")), url(tests::fresh_database()), db(url) {
    db.run_script("test.schema", schema);
    journal::install(db);
    epoch = journal::open_epoch(db, plan, false);
  }
  void run(const std::string& kind) {
    for (const auto& step : plan.phases.at(0).steps)
      if (step.kind() == kind) {
        steps::Context context{db, plan, plan.phases.at(0), step, epoch, silence, options};
        steps::run(context);
      }
  }
  std::int64_t differing() { return verify::compare(db, steps::resolve(db, plan, plan.mappings.at(0).name), silence).differing; }

  plan::Plan plan;
  std::string url;
  pg::Connection db;
  std::int64_t epoch = 0;
  Silence silence;
  steps::Options options;
};

std::string steps_for(const std::string& mapping) {
  return "phases: [{name: migrate, steps: [{sync: " + mapping + "}, {backfill: " + mapping + "}, {verify: " + mapping + "}]}]\n";
}

}  // namespace

TEST_CASE("schema, table, columns and key with spaces, quotes and other scripts; a plan's text with marks that look like ours") {
  Migration migration(
      "plan: odd\n"
      "schema: '\"odd \"\"schema\"\" $segue$\"'\n"
      "mappings:\n"
      "  m:\n"
      "    table: '\"table \"\"of\"\" 예약\"'\n"
      "    new: {set: {'né \"w\"': \"upper(old.\\\"o'ld\\\") || '{} $segue$ %' -- a comment\"}}\n"
      "    old: {set: {'o''ld': \"lower(replace(new.\\\"né \\\"\\\"w\\\"\\\"\\\", '{} $segue$ %', ''))\"}}\n" + steps_for("m"),
      R"sql(create schema "odd ""schema"" $segue$";
            create table "odd ""schema"" $segue$"."table ""of"" 예약" ("the 'key'" text primary key, "o'ld" text, "né ""w""" text);
            insert into "odd ""schema"" $segue$"."table ""of"" 예약" values ('{"a",b}', 'one'), ('', 'two'), ('back\slash', null))sql"_sql);
  for (const auto* kind : {"sync", "backfill", "verify"}) migration.run(kind);
  auto& db = migration.db;
  db.run("test.new_style", R"(insert into "odd ""schema"" $segue$"."table ""of"" 예약" values ('new', null, 'FOUR{} $segue$ %'))"_sql);
  db.run("test.old_style", R"(update "odd ""schema"" $segue$"."table ""of"" 예약" set "o'ld" = 'three' where "the 'key'" = '')"_sql);
  const auto rows = db.run("test.rows", R"(select coalesce("o'ld", '-') || ' ' || coalesce("né ""w""", '-') from "odd ""schema"" $segue$"."table ""of"" 예약" order by 1)"_sql);
  REQUIRE(rows.rows() == 4);
  CHECK(rows.text(0, 0) == "- -");
  CHECK(rows.text(1, 0) == "four FOUR{} $segue$ %");
  CHECK(rows.text(2, 0) == "one ONE{} $segue$ %");
  CHECK(rows.text(3, 0) == "three THREE{} $segue$ %");
  CHECK(migration.differing() == 0);
}

TEST_CASE("a key of several columns and types, and a joined table that the plan calls r, b or t") {
  for (const auto* alias : {"r", "b", "t", "x", "new_rooms"}) {
    const std::string a = alias;
    Migration migration(
        "plan: rooms\n"
        "mappings:\n"
        "  m:\n"
        "    table: rooms\n"
        "    new: {from: sizes " + a + " ON " + a + ".word = old.size, set: {metres: " + a + ".metres}}\n"
        "    old: {from: sizes " + a + " ON " + a + ".metres = new.metres, set: {size: " + a + ".word}}\n" + steps_for("m"),
        R"sql(create table sizes (word text primary key, metres integer);
              insert into sizes values ('small', 10), ('large', 40);
              create table rooms (house text, built date, number numeric, size text, metres integer, primary key (house, built, number));
              insert into rooms select 'house ' || i % 3, date '2020-01-01' + i, i * 1.5, case when i % 2 = 0 then 'small' else 'large' end from generate_series(1, 300) i)sql"_sql);
    CAPTURE(a);
    for (const auto* kind : {"sync", "backfill", "verify"}) migration.run(kind);
    migration.db.run("test.write", "update rooms set metres = 40 where number < 100"_sql);
    CHECK(migration.db.run("test.large", "select count(*) from rooms where number < 100 and size <> 'large'"_sql).integer() == 0);
    CHECK(migration.differing() == 0);
  }
}

TEST_CASE("names so long that PostgreSQL would cut what is made of them") {
  const std::string name(40, 'p'), mapping(40, 'm'), table(63, 't'), column(63, 'c');
  Migration migration("plan: " + name + "\nmappings:\n  " + mapping + ":\n    table: " + table + "\n    new: {set: {" + column + ": upper(old.size)}}\n"
                      "    old: {set: {size: lower(new." + column + ")}}\n" + steps_for(mapping),
                      sql::build("create table {} (id int primary key, size text, {} text)"_sql, sql::Ident{table}, sql::Ident{column}));
  migration.db.run("test.fill", sql::build("insert into {} values (1, 'a'), (2, 'b')"_sql, sql::Ident{table}));
  for (const auto* kind : {"sync", "backfill", "verify"}) migration.run(kind);
  migration.db.run("test.write", sql::build("update {} set size = 'z'"_sql, sql::Ident{table}));
  CHECK(migration.differing() == 0);
  CHECK(migration.db.run("test.new", sql::build("select min({}) from {}"_sql, sql::Ident{column}, sql::Ident{table})).text() == "Z");
}
