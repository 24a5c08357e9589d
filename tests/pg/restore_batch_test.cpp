// Old columns come back from the archive while the new application goes on writing.
#include <doctest/doctest.h>

#include "steps/archive.hpp"
#include "support/hospital.hpp"

using namespace segue;
using tests::Hospital;

namespace {

// The old columns are archived and dropped, stand again empty under their retired names, and dual write serves them.
struct Returning : Hospital {
  Returning() {
    insert({{"id", "a"}, {"service", "SKIN_CARE"}, {"preferredTime", "3:47 PM"}});
    insert({{"id", "b"}, {"service", "BODY_CARE"}, {"preferredTime", "9:12 AM"}});
    for (const auto* kind : {"profile", "sync", "backfill"}) run(kind);
    auto& db = this->db();
    db.run_script("test.retire", R"(alter table reservations rename service to service__retired;
                                    alter table reservations rename "preferredTime" to "preferredTime__retired")"_sql);
    Silence silence;
    const steps::Options options;
    const auto& phase = plan().phase("contract");
    steps::Context context{db, plan(), phase, phase.steps.at(1), epoch(), silence, options};
    steps::archive_columns(context, "reservations", {"service", "preferredTime"});
    for (const auto& statement : mapping::drop_triggers(mapping())) db.run("test.off", statement);
    run("sql 07-end-booked-per-day.sql");
    db.run_script("test.back", R"(alter table reservations drop column service__retired, drop column "preferredTime__retired";
                                  alter table reservations add column service__retired "ServiceType", add column "preferredTime__retired" text)"_sql);
    db.run("test.function", mapping::create_function(mapping()));
    for (const auto& statement : mapping::create_triggers(mapping())) db.run("test.triggers", statement);
  }
  void restore() {
    db().run("test.mark", "set segue.backfill = 'on'"_sql);
    db().run("test.restore", mapping::restore_old_batch(mapping(), steps::archive_name(plan(), "reservations"),
                                                        steps::hashed_columns(plan(), "reservations")), {nullptr, nullptr, nullptr});
    db().run("test.unmark", "set segue.backfill = ''"_sql);
  }
  std::string old_side(const std::string& id) {
    return db().run("test.old", R"(select concat_ws('|', coalesce(service__retired::text, '-'), coalesce("preferredTime__retired", '-')) from reservations where id = $1)"_sql, {id}).text();
  }
};

}  // namespace

TEST_CASE("rows that nobody wrote since get their own words back") {
  Returning hospital;
  hospital.restore();
  CHECK(hospital.old_side("a") == "SKIN_CARE|3:47 PM");
  CHECK(hospital.old_side("b") == "BODY_CARE|9:12 AM");
}

TEST_CASE("a row that was written since gets what the mapping makes of its new side") {
  Returning hospital;
  hospital.db().run("test.off", "alter table reservations disable trigger user"_sql);
  hospital.update("a", {{"serviceId", "srv_body_care"}, {"period", "MORNING"}});
  hospital.db().run("test.on", "alter table reservations enable trigger user"_sql);
  hospital.restore();
  CHECK(hospital.old_side("a") == "BODY_CARE|09:00");
}

TEST_CASE("a row that is written while it waits for its turn gets both old columns, not only the one that write made") {
  Returning hospital;
  hospital.update("a", {{"period", "MORNING"}});
  REQUIRE(hospital.old_side("a") == "-|09:00");
  hospital.restore();
  CHECK(hospital.old_side("a") == "SKIN_CARE|09:00");
  CHECK(hospital.old_side("b") == "BODY_CARE|9:12 AM");
}
