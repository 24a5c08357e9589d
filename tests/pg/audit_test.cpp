// The audit's chain: whoever changes what was written is told by the first entry that does not fit.
#include "journal/audit.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "base/error.hpp"
#include "journal/journal.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

struct Audited {
  Audited() : url(tests::fresh_database()), db(url) {
    journal::install(db);
    for (int i = 1; i <= 5; ++i) journal::audit(db, "small", "somebody", "did " + std::to_string(i), "because", R"({"b": 1.50, "a": "ü"})");
    journal::audit(db, "other", "somebody", "did it");
    // What an owner or a superuser can do.
    db.run_script("test.triggers", "alter table segue.audit disable trigger append_only, disable trigger chain"_sql);
  }
  std::string fault() { return journal::check_audit(db, "small").fault; }
  std::string url;
  pg::Connection db;
};

std::string fault_after(const sql::Sql& forgery) {
  Audited audited;
  REQUIRE(audited.fault().empty());
  audited.db.run_script("test.forge", forgery);
  CHECK(journal::check_audit(audited.db, "other").fault.empty());
  return audited.fault();
}

}  // namespace

TEST_CASE("an audit that nobody touched is whole, and its head is that of the journal") {
  Audited audited;
  const auto report = journal::check_audit(audited.db, "small");
  CHECK(report.fault.empty());
  CHECK(report.entries == 5);
  CHECK(report.head == journal::audit_head(audited.db, "small")->text());
  const auto entries = journal::audit_entries(audited.db, "small");
  REQUIRE(entries.size() == 5);
  CHECK(entries[2].action == "did 3");
  CHECK(entries[2].reason == "because");
  CHECK(journal::check_every_audit(audited.db).size() == 2);
}

TEST_CASE("the first entry that does not fit is named") {
  CHECK(fault_after("update segue.audit set actor = 'nobody' where plan = 'small' and number = 3"_sql).find("entry 3 (") == 0);
  CHECK(fault_after("update segue.audit set at = at + interval '1 us' where plan = 'small' and number = 5"_sql).find("entry 5 (") == 0);
  CHECK(fault_after("update segue.audit set evidence = '{}' where plan = 'small' and number = 1"_sql).find("entry 1 (") == 0);
  CHECK(fault_after("update segue.audit set actor = 'some', action = 'bodydid 2' where plan = 'small' and number = 2"_sql).find("entry 2 (") == 0);
  CHECK(fault_after("delete from segue.audit where plan = 'small' and number = 3"_sql) == "entry 3 is missing");
  CHECK(fault_after("delete from segue.audit where plan = 'small' and number > 3"_sql) == "entries 4 to 5 were removed from the end");
  CHECK(fault_after("delete from segue.audit where plan = 'small'"_sql) == "entries 1 to 5 were removed from the end");
  CHECK(fault_after("delete from segue.audit_heads where plan = 'small'"_sql) == "its head is missing");
  CHECK(fault_after("update segue.audit_heads set hash = 'x' where plan = 'small'"_sql) == "its head does not fit the last entry");
}

TEST_CASE("entries that change places do not fit") {
  CHECK(fault_after(R"(update segue.audit set number = -number where plan = 'small' and number in (2, 3);
                       update segue.audit set number = 5 + number where plan = 'small' and number < 0)"_sql).find("entry 2 (") == 0);
  CHECK(fault_after(R"(create temp table swapped as select * from segue.audit where plan = 'small' and number in (2, 3);
                       update segue.audit a set (actor, action, at, hash) = (select actor, action, at, hash from swapped s where s.number = 5 - a.number)
                       where plan = 'small' and number in (2, 3))"_sql).find("entry 2 (") == 0);
}

TEST_CASE("entries that were put in do not fit") {
  const auto put_in = [](int number) {
    return sql::build("insert into segue.audit (plan, number, actor, action, hash) values ('small', {}, 'nobody', 'nothing', 'x')"_sql, number);
  };
  CHECK(fault_after(put_in(6)).find("entry 6 (") == 0);
  CHECK(fault_after("alter table segue.audit drop constraint audit_plan_number_key;"_sql + put_in(3)) == "entry 3 was put in: its number is taken");
  CHECK(fault_after("insert into segue.audit (plan, number, at, actor, action, reason, evidence, hash) select plan, 6, at, actor, action, reason, evidence, "
                    "segue.audit_hash(hash, '6', plan, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), actor, action, reason, evidence::text) "
                    "from segue.audit where plan = 'small' and number = 5"_sql) == "entry 6 was put in behind the end");
}

TEST_CASE("a chain that was made anew fits by itself, and is told by a head that somebody kept") {
  Audited audited;
  const auto kept = journal::audit_head(audited.db, "small");
  REQUIRE(kept);
  CHECK(journal::check_audit(audited.db, "small", kept).fault.empty());
  audited.db.run_script("test.anew", R"(delete from segue.audit where plan = 'small'; delete from segue.audit_heads where plan = 'small';
                                        alter table segue.audit enable trigger chain)"_sql);
  for (int i = 1; i <= 6; ++i) journal::audit(audited.db, "small", "nobody", "did nothing");
  CHECK(audited.fault().empty());
  CHECK(journal::check_audit(audited.db, "small", kept).fault.find("entry 5 (") == 0);
  auto later = *kept;
  later.entries = 8;
  CHECK(journal::check_audit(audited.db, "small", later).fault == "entries 7 to 8 were known, and are not there");
}

TEST_CASE("writers of one plan and of others make whole chains, each") {
  Audited audited;
  audited.db.run_script("test.triggers", "alter table segue.audit enable trigger append_only, enable trigger chain"_sql);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 6; ++writer)
    threads.emplace_back([&audited, writer] {
      pg::Connection db(audited.url);
      for (int i = 0; i < 40; ++i) {
        pg::Transaction transaction(db);
        journal::audit(db, writer % 2 == 0 ? "small" : "other", "writer " + std::to_string(writer), "wrote");
        if (i % 5 != 0) transaction.commit();                    // what is rolled back leaves no gap
      }
    });
  for (auto& thread : threads) thread.join();
  const auto reports = journal::check_every_audit(audited.db);
  REQUIRE(reports.size() == 2);
  for (const auto& report : reports) CHECK_MESSAGE(report.fault.empty(), report.fault);
  CHECK(reports[0].entries == 1 + 3 * 32);
  CHECK(reports[1].entries == 5 + 3 * 32);
}

TEST_CASE("a head is NUMBER:HASH") {
  Audited audited;
  CHECK(journal::audit_head_of(journal::audit_head(audited.db, "small")->text()).entries == 5);
  for (const auto* bad : {"", "5", "5:", "5:abc", "x:abc", "0:"}) CHECK_THROWS_AS(journal::audit_head_of(bad), Error);
}
