// The mail-order shop of tests/scenario/mail-order, one thing at a time: partitions, lists that are a table, what comes back.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "engine/engine.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

struct Shop {
  Shop() : url(tests::fresh_database()), plan(plan::load(folder + "/plan")), db(url) {
    write(read_file(folder + "/schema.sql"));
    write(R"(truncate "Kunde", "Artikel", "주문" restart identity)");
  }
  void run(const std::string& until) {
    engine::RunOptions options;
    options.until = until;
    options.steps.actor = "test";
    CHECK(engine::run(url, plan, options, silence).complete);
  }
  void back(const std::string& to) {
    steps::Options options;
    options.actor = "test";
    engine::rollback(url, plan, to, options, {}, silence);
  }
  void write(const std::string& sql) { db.run_script("test.write", sql::Sql::from_plan(sql)); }
  std::string ask(const std::string& sql) {
    const auto rows = db.run("test.ask", sql::Sql::from_plan(sql));
    return rows.empty() ? "no row" : rows.optional_text(0, 0).value_or("-");
  }

  const std::string folder = SEGUE_SOURCE_DIR "/tests/scenario/mail-order";
  Silence silence;
  std::string url;
  plan::Plan plan;
  pg::Connection db;
};

constexpr const char* indexes = R"(select count(*) || ' ' || bool_and(indisvalid) from pg_index
  where indexrelid in (select relid from pg_partition_tree('"주문_zustand_id"')))";
constexpr const char* an_article = R"(insert into "Artikel" values ('A', 1, 5, 'Größe 1', 'rot, blau'))";
constexpr const char* an_order = R"(insert into "Kunde" ("Name") values ('K'); insert into "주문" (jahr, "Nr", kunde, "Summe", "Zustand") values (2023, 7, 1, 10, 'bezahlt'))";

}  // namespace

TEST_CASE("a list follows each of the rows it is made of, and they follow the list") {
  Shop shop;
  shop.write(an_article);
  shop.run("migrate");
  const auto list = [&] { return shop.ask(R"(select "Farben" from "Artikel")"); };
  shop.write(R"(update "Artikelfarbe" set "Farbe" = 'grün' where platz = 1)");
  CHECK(list() == "grün, blau");
  shop.write(R"(update "Artikelfarbe" set platz = 3 where platz = 1)");
  CHECK(list() == "blau, grün");
  shop.write(R"(delete from "Artikelfarbe" where platz = 2; insert into "Artikelfarbe" values ('A', 1, 4, '검정'))");
  CHECK(list() == "grün, 검정");
  shop.write(R"(update "Artikelfarbe" set platz = platz - 2)");        // the old list knows places without gaps only
  CHECK(list() == "grün, 검정");
  shop.write(R"(update "Artikel" set "Farben" = 'a, b, c')");
  CHECK(shop.ask(R"(select string_agg(platz || "Farbe", ' ' order by platz) from "Artikelfarbe")") == "1a 2b 3c");
  shop.write(R"(delete from "Artikelfarbe")");
  CHECK(list() == "-");
}

TEST_CASE("an index of a partitioned table is built for each partition, taken over by later ones, and taken back whole") {
  Shop shop;
  shop.write(an_order);
  shop.run("migrate");
  CHECK(shop.ask(indexes) == "6 true");
  shop.write(R"(create table "주문_2030" partition of "주문" for values from (2030) to (2031))");
  CHECK(shop.ask(indexes) == "7 true");
  shop.write(R"(drop table "주문_2030")");
  shop.back("expand");
  CHECK(shop.ask("select count(*) from pg_class where relkind in ('i', 'I') and relname like '%주문_zustand_id%'") == "0");
}

TEST_CASE("a run that was cut off between the partitions goes on where it stopped") {
  Shop shop;
  shop.write(an_order);
  shop.run("expand");
  // Killed before an index was attached, amid another, and before a key was validated.
  shop.write(R"(
    insert into segue.operations (plan, phase, step, position, statement, "inTransaction", state)
      values ('mail-order', 'migrate', 'sql 02-references.sql', 0, 'create index', true, 'begun');
    create index "주문_zustand_id" on only "주문" (zustand_id);
    create index "주문_2023_주문_zustand_id" on "주문_2023" (zustand_id);
    create index "주문_später_주문_zustand_id" on "주문_später" (zustand_id);
    update pg_index set indisvalid = false where indexrelid = '"주문_später_주문_zustand_id"'::regclass;
    alter table "주문_2023" add constraint "주문_zustand_id_fkey" foreign key (zustand_id) references "Auftragszustand" (id) not valid)");
  shop.run("migrate");
  CHECK(shop.ask(R"(select count(*) || ' ' || bool_and(convalidated) from pg_constraint where conname = '주문_zustand_id_fkey')") == "6 true");
  CHECK(shop.ask(indexes) == "6 true");
}

TEST_CASE("a foreign key of a partitioned table is validated in the partitions and is one in the end") {
  Shop shop;
  shop.write(an_order);
  shop.run("migrate");
  CHECK(shop.ask(R"(select count(*) filter (where conparentid = 0) || ' ' || count(*) || ' ' || bool_and(convalidated) from pg_constraint
                    where contype = 'f' and confrelid = '"Auftragszustand"'::regclass)") == "1 6 true");
  shop.back("expand");
  CHECK(shop.ask(R"(select count(*) from pg_constraint where contype = 'f' and confrelid = '"Auftragszustand"'::regclass)") == "0");
}

TEST_CASE("a row that takes another key, or goes to another partition, while it is not filled yet is filled then") {
  Shop shop;
  shop.write(an_order);
  shop.write(R"(insert into "주문" (jahr, "Nr", kunde, "Summe", "Zustand") values (2023, 8, 1, 10, 'neu'))");
  shop.run("migrate");
  shop.write(R"(alter table "주문" alter zustand_id drop not null; set segue.backfill = 'on'; update "주문" set zustand_id = null; reset segue.backfill)");
  shop.write(R"(update "주문" set "Nr" = 1 where "Nr" = 7; update "주문" set jahr = 2024 where "Nr" = 8)");
  CHECK(shop.ask(R"(select count(*) from "주문" where zustand_id is null)") == "0");
}

TEST_CASE("what the new application took away after the end does not come back with the old columns") {
  Shop shop;
  shop.write(an_article);
  shop.write(R"(insert into "Kunde" ("Name", "Straße", "Ort") values ('K', 'S 1', 'O'), ('L', 'S 2', 'P'), ('M', null, null))");
  shop.run("contract");
  shop.write(R"(delete from "Anschrift" where kunde = 1; delete from "Artikelfarbe")");
  shop.back("switch");
  CHECK(shop.ask(R"(select string_agg(coalesce("Straße", '-') || coalesce("Ort", '-'), ' ' order by nr) from "Kunde")") == "-- S 2P --");
  CHECK(shop.ask(R"(select "Farben" from "Artikel")") == "-");
}

TEST_CASE("a column that comes back has its collation, its comment and its indexes, those of single partitions, too") {
  Shop shop;
  shop.write(an_order);
  const auto before = catalog::describe_schema(shop.db, "public");
  const auto collation = R"(select attcollation::regcollation from pg_attribute where attrelid = '"Kunde"'::regclass and attname = 'Straße')";
  shop.run("contract");
  CHECK(shop.ask(R"(select count(*) from pg_class where relname = '주문_2023_offen')") == "0");
  shop.back("start");
  CHECK(catalog::describe_schema(shop.db, "public") == before);
  CHECK(shop.ask(collation) == "\"C\"");
  CHECK(shop.ask("select count(*) from pg_statistic_ext where stxname = '주문_2023_statistik'") == "1");
}

TEST_CASE("the catalog knows partitions, heirs and what is made from a column") {
  Shop shop;
  shop.write(R"(create view offen as select "Zustand" from "주문"; analyze)");
  const auto partitions = catalog::partitions(shop.db, {"public", "주문"});
  CHECK(partitions.size() == 5);
  CHECK(catalog::partitions(shop.db, {"public", "Kunde"}).empty());
  CHECK(catalog::table(shop.db, {"public", "주문"}).partitioned);
  CHECK(catalog::table(shop.db, {"public", "Ware"}).heirs.size() == 2);
  CHECK(catalog::table(shop.db, {"public", "Kunde"}).find("nr")->numbered);
  CHECK(catalog::table(shop.db, {"public", "Artikel"}).find("Preis")->inherited);
  CHECK(catalog::in_partition_key(shop.db, {"public", "주문"}, "jahr"));
  CHECK_FALSE(catalog::in_partition_key(shop.db, {"public", "주문"}, "Nr"));
  CHECK(catalog::unique_constraint_over(shop.db, {"public", "주문"}, "Nr") != "");
  CHECK(catalog::dependents(shop.db, {"public", "주문"}, "Zustand").size() == 1);
  const auto generated = catalog::dependents(shop.db, {"public", "주문"}, "Summe");
  REQUIRE(generated.size() == 1);
  CHECK(generated.front().name == "Steuer");
}

TEST_CASE("a partitioned table is as large as its partitions") {
  Shop shop;
  shop.write(an_order);
  shop.write(R"(insert into "주문" (jahr, "Nr", kunde, "Summe") select 2023 + i % 3, i, 1, 1 from generate_series(10, 999) i; analyze "주문_2023", "주문_2024_0", "주문_2024_1", "주문_später")");
  const auto table = catalog::table(shop.db, {"public", "주문"});
  CHECK(table.estimated_rows == 991);
  CHECK(table.bytes > 0);
}
