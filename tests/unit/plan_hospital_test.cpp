// The hospital plan that ships: what its reader has to find in it.
#include <set>

#include "plan_support.hpp"

using namespace segue::plan;

namespace {

Plan hospital() { return load(SEGUE_SOURCE_DIR "/plans/hospital-services"); }

std::vector<std::string> step_names(const Phase& phase) {
  std::vector<std::string> names;
  for (const auto& step : phase.steps) names.push_back(step.name);
  return names;
}

}  // namespace

TEST_CASE("the hospital plan goes through expand, migrate, switch and contract") {
  const auto plan = hospital();
  CHECK(plan.name == "hospital-services");
  REQUIRE(plan.phases.size() == 4);
  CHECK(step_names(plan.phase("expand")) == std::vector<std::string>{"sql 01-services.sql", "sql 02-columns.sql", "sql 03-clinic-time-slots.sql"});
  CHECK(step_names(plan.phase("migrate")) == std::vector<std::string>{"profile period_of_day", "sync reservations", "backfill reservations",
                                                                      "sql 04-indexes.sql", "sql 05-booked-per-period.sql", "verify reservations", "require reservations", "preview 06-capacity.sql"});
  CHECK(step_names(plan.phase("switch")) == std::vector<std::string>{"rollout dynamic-services", "verify reservations"});
  const std::string old = "reservations.service, reservations.preferredTime, service_reservation_limits, booked_per_day";
  CHECK(step_names(plan.phase("contract")) == std::vector<std::string>{"sql 07-end-booked-per-day.sql", "retire " + old, "drop " + old,
                                                                       "sql 08-final-indexes.sql", "sql 09-drop-service-type.sql"});
}

TEST_CASE("the hospital plan drops only what it has retired, with an archive, in a phase that says so") {
  const auto plan = hospital();
  std::set<std::pair<std::string, std::string>> retired;
  for (const auto& phase : plan.phases)
    for (const auto& step : phase.steps) {
      if (const auto* retire = std::get_if<RetireStep>(&step.what))
        for (const auto& target : retire->targets) retired.emplace(target.table, target.column);
      const auto* drop = std::get_if<DropStep>(&step.what);
      if (drop == nullptr) continue;
      CHECK(drop->archive);
      CHECK_FALSE(phase.irreversible);  // what is dropped comes back from the archive
      for (const auto& target : drop->targets) CHECK(retired.contains({target.table, target.column}));
    }
  CHECK(retired.size() == 4);
}

TEST_CASE("the hospital plan's migrate gate asks for what the requirements ask") {
  const auto plan = hospital();
  const auto& gate = plan.phase("migrate").gate;
  REQUIRE(gate);
  CHECK(gate->populated->text() == ">= 100%");
  CHECK(gate->read->text() == ">= 95%");
  CHECK(gate->largest_share->text() == "< 95%");
  CHECK(gate->mismatches->text() == "<= 0");
  CHECK(gate->approvals == 1);
  CHECK(plan.phase("switch").gate->approvals == 1);
}

TEST_CASE("the hospital plan computes each required column, and each retired column back") {
  const auto plan = hospital();
  const auto& mapping = plan.mapping("reservations");
  std::vector<std::string> to_new, to_old, stand_ins;
  for (const auto& [column, expression] : mapping.to_new.set) to_new.push_back(column);
  for (const auto& [column, expression] : mapping.to_old.set) to_old.push_back(column);
  for (const auto& [column, expression] : mapping.to_old.otherwise) stand_ins.push_back(column);
  for (const auto& step : plan.phase("migrate").steps)
    if (const auto* require = std::get_if<RequireStep>(&step.what)) CHECK(require->columns == to_new);
  CHECK(to_old == std::vector<std::string>{"service", "preferredTime"});
  CHECK(stand_ins == to_old);
  CHECK(mapping.snapshot == std::vector<std::string>{"serviceName", "estimatedDuration"});
  CHECK(plan.value("period_of_day").live == "MORNING");
}
