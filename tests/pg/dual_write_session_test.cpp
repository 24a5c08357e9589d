// Dual write under every kind of session: other roles, other search paths, bulk statements, several writers.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "support/hospital.hpp"

using namespace segue;
using sql::build;
using sql::Ident;
using tests::Hospital;

namespace {

// Dual write is on over an empty table; no text is in the map.
struct Synced : Hospital {
  Synced() { run("sync"); }
};

// A role is the whole server's, so it has a name of its own and goes at the end.
class Role {
 public:
  explicit Role(pg::Connection& db)
      : db_(db), name_("application of " + db.run("test.name", "select current_database()"_sql).text()) {
    db_.run("test.role", build("create role {}"_sql, Ident{name_}));
    db_.run("test.grant", build("grant select, insert, update, delete on reservations to {}"_sql, Ident{name_}));
  }
  ~Role() {
    db_.run("test.drop_owned", build("drop owned by {}"_sql, Ident{name_}));
    db_.run("test.drop_role", build("drop role {}"_sql, Ident{name_}));
  }
  Ident ident() const { return {name_}; }

 private:
  pg::Connection& db_;
  std::string name_;
};

constexpr const char* unseen_text = "around 10:41 AM";

std::vector<std::string> copied_rows() {
  std::vector<std::string> lines;
  for (int i = 0; i < 50; ++i)
    lines.push_back(fmt::format("copied {}\tpatient\t010\t1990-01-01\tMALE\tFOLLOW_UP\t{}\t2026-05-04\t{}\t2026-05-01\n", i,
                                i % 2 == 0 ? "SKIN_CARE" : "BODY_CARE", i % 2 == 0 ? "9:00 AM" : "3:00 PM"));
  return lines;
}

}  // namespace

TEST_CASE("an application role without any right in schema segue writes both ways") {
  Synced hospital;
  const Role role(hospital.db());
  pg::Connection application(hospital.url());
  application.run("test.become", build("set role {}"_sql, role.ident()));
  REQUIRE_THROWS_AS(application.run("test.forbidden", "select * from segue.repairs"_sql), Error);
  REQUIRE_THROWS_AS(application.run("test.forbidden", "select * from segue.value_seen"_sql), Error);
  REQUIRE_THROWS_AS(application.run("test.forbidden", "select * from public.services"_sql), Error);
  Hospital::insert(application, {{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", unseen_text}});
  Hospital::update(application, "a", {{"period", "AFTERNOON"}, {"serviceId", "srv_body_care"}});
  CHECK(hospital.row("a") == "BODY_CARE|14:00|srv_body_care|70|AFTERNOON");
  Hospital::insert(application, {{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}, {"serviceId", "srv_body_care"}});
  CHECK(hospital.repairs("b") == "both: both sides were written and disagree");
  application.run("test.reset", "reset role"_sql);
}

TEST_CASE("what the session's search_path is makes no difference") {
  Synced hospital;
  hospital.db().run_script("test.decoy", R"sql(
    create schema elsewhere;
    create table elsewhere.services as select 'decoy ' || id as id, code, 'decoy' as name, 1 as "durationMinutes", 1 as "bufferMinutes" from services;
    create function elsewhere.coalesce(text, text) returns text language sql as $$ select 'decoy' $$)sql"_sql);
  pg::Connection application(hospital.url());
  SUBCASE("empty") { application.run("test.path", "set search_path = ''"_sql); }
  SUBCASE("another schema with a table of the same name first") { application.run("test.path", "set search_path = elsewhere, public"_sql); }
  SUBCASE("a temporary table of the same name") {
    application.run_script("test.temporary", "create temporary table services as select * from elsewhere.services"_sql);
  }
  Hospital::insert(application, {{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", unseen_text}});
  CHECK(hospital.row("a") == fmt::format("SKIN_CARE|{}|srv_skin_care|70|MORNING", unseen_text));
  Hospital::update(application, "a", {{"serviceId", "srv_body_care"}});
  CHECK(hospital.row("a") == fmt::format("BODY_CARE|{}|srv_body_care|70|MORNING", unseen_text));
  CHECK(hospital.repairs("a").empty());
}

TEST_CASE("rows that come by COPY get their new side") {
  Synced hospital;
  auto lines = copied_rows();
  std::size_t next = 0;
  const auto copied = hospital.db().copy_in("test.copy",
      R"(copy reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt") from stdin)"_sql,
      [&](std::string& buffer) {
        buffer += lines[next];
        return ++next < lines.size();
      });
  CHECK(copied == 50);
  hospital.absorb();
  const auto comparison = hospital.compare();
  CHECK(comparison.rows == 50);
  CHECK(comparison.differing == 0);
  CHECK(comparison.incomplete == 0);
}

TEST_CASE("an upsert of several rows follows from either side") {
  Synced hospital;
  auto& db = hospital.db();
  hospital.insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "9:00 AM"}});
  hospital.absorb();
  db.run("test.old_upsert", R"sql(
    insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", "updatedAt")
    select id, 'p', '0', '1990-01-01', 'MALE', 'FOLLOW_UP', 'BODY_CARE', '2026-05-04', '3:00 PM', '2026-05-01' from unnest(array['a', 'b']) id
    on conflict (id) do update set service = excluded.service, "preferredTime" = excluded."preferredTime")sql"_sql);
  hospital.absorb();
  CHECK(hospital.row("a") == "BODY_CARE|3:00 PM|srv_body_care|60|AFTERNOON");
  CHECK(hospital.row("b") == "BODY_CARE|3:00 PM|srv_body_care|60|AFTERNOON");
  db.run("test.new_upsert", R"sql(
    insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "serviceId", "serviceName", "estimatedDuration", period, "preferredDate", "updatedAt")
    select id, 'p', '0', '1990-01-01', 'MALE', 'FOLLOW_UP', 'srv_skin_care', '피부케어', 70, 'MORNING', '2026-05-04', '2026-05-01' from unnest(array['b', 'c']) id
    on conflict (id) do update set "serviceId" = excluded."serviceId", "serviceName" = excluded."serviceName",
      "estimatedDuration" = excluded."estimatedDuration", period = excluded.period)sql"_sql);
  CHECK(hospital.row("b") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
  CHECK(hospital.row("c") == "SKIN_CARE|09:00|srv_skin_care|70|MORNING");
  hospital.absorb();
  CHECK(hospital.compare().differing == 0);
  CHECK(hospital.count("select count(*) from segue.repairs"_sql) == 0);
}

TEST_CASE("two sessions that write the same unknown text do not wait for each other") {
  Synced hospital;
  pg::Connection first(hospital.url()), second(hospital.url(), {.lock_timeout = std::chrono::seconds(2)});
  pg::Transaction one(first), two(second);
  Hospital::insert(first, {{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", unseen_text}});
  Hospital::insert(second, {{"id", "b"}, {"service", "BODY_CARE"}, {"preferredTime", unseen_text}});
  two.commit();
  one.commit();
  CHECK(hospital.absorb() == 1);
  CHECK(hospital.compare().differing == 0);
}

TEST_CASE("a text is read while the writer that brought it is still open, and is not forgotten") {
  Synced hospital;
  pg::Connection writer(hospital.url());
  pg::Transaction open(writer);
  Hospital::insert(writer, {{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  CHECK(hospital.absorb() == 0);
  hospital.insert({{"id", "b"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
  CHECK(hospital.absorb() == 1);
  open.commit();
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|MORNING");
  CHECK(hospital.absorb() == 1);
  CHECK(hospital.row("a") == "SKIN_CARE|3:47 PM|srv_skin_care|70|AFTERNOON");
}

TEST_CASE("dual write that is taken back leaves no trace on the table") {
  Hospital hospital;
  const auto before = catalog::describe_schema(hospital.db(), "public");
  hospital.run("sync");
  CHECK(catalog::describe_schema(hospital.db(), "public") != before);
  hospital.run("sync");                                          // again, as after a crash
  hospital.undo("sync");
  CHECK(catalog::describe_schema(hospital.db(), "public") == before);
  CHECK(hospital.count("select count(*) from pg_proc where pronamespace = 'segue'::regnamespace and proname like 'sync%'"_sql) == 0);
}
