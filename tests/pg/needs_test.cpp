// What a step is said to need, against what it took: on the hospital's plan, within a factor.
#include "steps/needs.hpp"

#include <doctest/doctest.h>

#include "steps/archive.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

constexpr int rows = 20'000;

struct Place { const plan::Phase* phase; const plan::Step* step; };

Place place_of(const plan::Plan& plan, const std::string& name) {
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps)
      if (step.name == name) return {&phase, &step};
  throw std::logic_error("no step " + name);
}

// Keys as the application makes them, at random against the heap.
void fill(Hospital& hospital) {
  hospital.db().run("test.fill", R"sql(
    insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", service, "preferredDate", "preferredTime", notes, "updatedAt")
    select gen_random_uuid()::text, 'patient ' || i, '010-0000-' || i, '1990-01-01', 'MALE', 'FOLLOW_UP', (enum_range(null::"ServiceType"))[1 + i % 6],
           '2026-01-01'::date + i % 300, (array['9:00 AM', '14:30', '오후 3시'])[1 + i % 3], repeat('x', i % 60), '2026-05-01'
    from generate_series(1, $1::integer) i)sql"_sql, {rows});
  hospital.db().run("test.vacuum", "vacuum analyze reservations"_sql);
}

struct Took { double table, indexes, wal; };

Took measured(Hospital& hospital) {
  const auto sizes = hospital.db().run("test.sizes", R"sql(
    select pg_table_size('reservations'), pg_indexes_size('reservations'), pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'))sql"_sql);
  return {sizes.number(0, 0), sizes.number(0, 1), sizes.number(0, 2)};
}

Took between(const Took& before, const Took& after) { return {after.table - before.table, after.indexes - before.indexes, after.wal - before.wal}; }

void check_within(double estimated, double took, double factor) {
  CAPTURE(estimated);
  CAPTURE(took);
  CHECK(estimated <= took * factor);
  CHECK(took <= estimated * factor);
}

steps::Needs needs_of(Hospital& hospital, const std::string& step) {
  const auto place = place_of(hospital.plan(), step);
  return steps::needs_of(hospital.db(), hospital.plan(), *place.phase, *place.step).value();
}

}  // namespace

TEST_CASE("what a backfill and its indexes are said to need is what they take, within a factor") {
  Hospital hospital;
  fill(hospital);
  hospital.run("profile");
  hospital.run("sync");
  const auto backfill = needs_of(hospital, "backfill reservations");
  check_within(backfill.rows, rows, 1.05);
  CHECK(backfill.rate == "a sample of 2,000 rows");
  REQUIRE(backfill.seconds);
  CHECK(*backfill.seconds > 0);
  const auto before = measured(hospital);
  hospital.run("backfill");
  const auto filled = measured(hospital), took = between(before, filled);
  check_within(backfill.table, took.table, 2);
  check_within(backfill.indexes, took.indexes, 3);               // pages split where keys come at random
  check_within(backfill.wal, took.wal, 2);
  const auto indexes = needs_of(hospital, "sql 04-indexes.sql");
  check_within(indexes.rows, 2 * rows, 1.05);
  hospital.run("sql 04-indexes.sql");
  const auto built = between(filled, measured(hospital));
  check_within(indexes.indexes, built.indexes, 2);
  check_within(indexes.wal, built.wal, 3);
}

TEST_CASE("what an archive is said to need is what it takes, and so for its way back") {
  Hospital hospital;
  fill(hospital);
  hospital.run("profile");
  hospital.run("sync");
  hospital.run("backfill");
  hospital.db().run("test.rename", R"(alter table reservations rename service to service__retired)"_sql);
  hospital.db().run("test.rename", R"(alter table reservations rename "preferredTime" to "preferredTime__retired")"_sql);
  const auto place = place_of(hospital.plan(), "drop reservations.service, reservations.preferredTime, service_reservation_limits, booked_per_day");
  const auto estimated = steps::needs_of(hospital.db(), hospital.plan(), *place.phase, *place.step).value();
  Silence silence;
  const steps::Options options;
  steps::Context context{hospital.db(), hospital.plan(), *place.phase, *place.step, hospital.epoch(), silence, options};
  const auto archived = steps::archive_columns(context, "reservations", {"service", "preferredTime"});
  CHECK(archived.rows == rows);
  const auto took = hospital.db().run("test.archive", "select pg_total_relation_size($1::regclass)"_sql,
                                      {sql::render(steps::archive_name(hospital.plan(), "reservations"))}).number();
  check_within(estimated.archive, took, 2);
  const auto back = steps::needs_of_undo(hospital.db(), hospital.plan(), *place.step).value();
  check_within(back.rows, rows, 1.1);
  CHECK(back.table > rows * 10);
}

TEST_CASE("before the columns are there the size is estimated and the time is not") {
  Hospital hospital;
  fill(hospital);
  const auto place = place_of(hospital.plan(), "backfill reservations");
  hospital.db().run("test.before", R"(alter table reservations drop "serviceId", drop "serviceName", drop "estimatedDuration", drop period)"_sql);
  const auto needs = steps::needs_of(hospital.db(), hospital.plan(), *place.phase, *place.step).value();
  CHECK(needs.table > rows * 50);
  CHECK_FALSE(needs.seconds);
  CHECK(steps::text_of(needs, {}).find("time not known yet") != std::string::npos);
}

TEST_CASE("a need that is clearly above what is allowed or free does not fit; a little above it may") {
  steps::Needs needs;
  needs.rows = 1;
  needs.table = 100e9;
  CHECK(steps::too_large(needs, {}).empty());
  CHECK(steps::too_large(needs, {std::nullopt, std::int64_t{70'000'000'000}}).empty());
  CHECK(steps::too_large(needs, {std::nullopt, std::int64_t{60'000'000'000}}) == "the plan's limit \"disk\" allows 56 GB");
  CHECK(steps::too_large(needs, {std::int64_t{10'000'000'000}, std::nullopt}).starts_with("only 9.3 GB are free"));
}

TEST_CASE("how much is free is known on the machine of the server, and nothing is made up where it is not") {
  Hospital hospital;
  const auto free = catalog::free_bytes(hospital.db());
  REQUIRE(free);
  CHECK(*free > 0);
  CHECK(steps::text_of(steps::Needs{.rows = 1, .table = 10, .indexes = 0, .archive = 0, .wal = 0, .seconds = {}, .rate = {}}, {}).find("free space unknown") != std::string::npos);
}
