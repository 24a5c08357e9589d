// The rights that a plan needs: what is printed suffices, and each of them that is not there is named before anything is changed.
#include "engine/grants.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/database.hpp"

using namespace segue;

namespace {

plan::Plan small_plan() {
  auto plan = plan::parse("plan.yaml", "plan: house\nphases: [{name: only, steps: [{rollout: flag, to: [100%]}]}]\n", ".");
  plan.phases[0].steps[0].what = plan::SqlStep{"01.sql", R"(alter table stays add column price integer; alter type "Kind" add value 'B';
                                                           insert into log (id) select id from "Prices")", {}, {}};
  return plan;
}

// Tables and a type of an owner, one table that the plan only reads, and one that it only writes; roles belong to the whole server.
struct House {
  House() : url(tests::fresh_database()), db(url) {
    run("do $$ begin create role house_owner; create role house_segue login; exception when duplicate_object then null; end $$");
    run("revoke house_owner, pg_monitor, pg_read_all_stats from house_segue");
    run("revoke create on schema public from public");           // as it is since PostgreSQL 15
    run(R"(create type "Kind" as enum ('A'); create table stays (id int primary key, kind "Kind"); alter table stays owner to house_owner;
           alter type "Kind" owner to house_owner; create table "Prices" (id int primary key, amount int); create table log (id int))");
  }
  void run(const std::string& sql) { db.run_script("test.run", sql::Sql::from_plan(sql)); }
  std::vector<engine::Grant> needed() { return engine::grants(db, plan, "house_segue"); }
  void give_all() { for (const auto& grant : needed()) run(grant.sql); }
  // What the session of that role is told, a line a right.
  std::vector<std::string> missing() {
    pg::Connection session(url);
    session.run("test.role", "set role house_segue"_sql);
    try {
      engine::require_grants(session, plan);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::permission);
      auto lines = split_text(error.message(), '\n');
      REQUIRE(lines.size() > 1);
      lines.erase(lines.begin());
      for (auto& line : lines) line = line.substr(2);
      return lines;
    }
    return {};
  }
  std::string url;
  pg::Connection db;
  const plan::Plan plan = small_plan();
};

std::string inverse(const std::string& grant) {
  return "revoke " + grant.substr(6, grant.rfind(" to ") - 6) + " from " + grant.substr(grant.rfind(" to ") + 4);
}

}  // namespace

TEST_CASE("a role with nothing is told every right, and with what is printed it lacks none") {
  House house;
  std::vector<std::string> own;
  for (const auto& grant : house.needed()) {
    CHECK_MESSAGE(grant.held.empty() == grant.sql.starts_with("alter default"), grant.sql);
    if (!grant.held.empty()) own.push_back(grant.sql);
  }
  CHECK(own.size() == 6);
  CHECK(house.missing() == own);
  house.give_all();
  CHECK(house.missing().empty());
}

TEST_CASE("each right that is taken away is the one that is missed") {
  House house;
  house.give_all();
  for (const auto& grant : house.needed()) {
    if (grant.held.empty()) continue;
    house.run(inverse(grant.sql));
    CHECK(house.missing() == std::vector{grant.sql});
    house.run(grant.sql);
  }
  house.run(R"(revoke select on "Prices" from house_segue; grant select (id) on "Prices" to house_segue; revoke delete on log from house_segue)");
  CHECK(house.missing() == std::vector<std::string>{R"(grant select, insert, update, delete on "public"."log" to "house_segue")"});
}

TEST_CASE("what a superuser owns has to change hands, and a superuser lacks nothing") {
  House house;
  house.give_all();
  house.run("alter table stays owner to postgres");
  CHECK(house.missing() == std::vector<std::string>{R"(alter table "public"."stays" owner to "house_segue")"});
  CHECK_NOTHROW(engine::require_grants(house.db, house.plan));
}

TEST_CASE("a member that does not inherit may not act as the owner: the right is missed") {
  House house;
  house.give_all();
  const bool by_membership = house.db.server_version() >= 160000;  // since then it is said there, and only there
  house.run(by_membership ? "grant house_owner to house_segue with inherit false; grant pg_monitor to house_segue with inherit false"
                          : "alter role house_segue noinherit");
  const auto missing = house.missing();
  for (const auto& right : missing) house.run(right);
  const auto still_missing = house.missing();
  house.run("alter role house_segue inherit");
  CHECK(missing.size() == (by_membership ? 2 : 3));              // the owner's, and that to see the sessions of others; before 16, to inherit
  CHECK(still_missing.empty());
}

TEST_CASE("what is printed for a role that does not inherit suffices, too") {
  House house;
  house.run("alter role house_segue noinherit");
  house.give_all();
  const auto missing = house.missing();
  house.run("alter role house_segue inherit");
  CHECK(missing.empty());
}
