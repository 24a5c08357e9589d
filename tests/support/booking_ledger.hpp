// What tests of the ledger of bookings begin with: a clinic between the models, whose new ledger is installed when the test says so.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "embedded/old_schema_sql.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "plan/statements.hpp"
#include "support/database.hpp"

namespace segue::tests {

// Few slots, so that everybody meets everybody.
inline const std::vector<std::string> days = {"2098-03-03", "2098-03-04", "2098-03-05"}, services = {"BODY_CARE", "SKIN_CARE"};

inline void run(pg::Connection& db, const std::string& text) { db.run_script("test.write", sql::Sql::from_plan(text)); }

// Of both models, as if dual write had filled the other side.
inline std::string insert(int number, const std::string& day, const std::string& service, std::string_view status = "PENDING") {
  return fmt::format(R"(insert into reservations (id, "patientName", phone, "birthDate", gender, "treatmentType", "updatedAt", "preferredTime",
                          "preferredDate", service, status, period, "estimatedDuration")
                        values ('{}', 'patient', '010-0000-0000', '1990-01-01', 'OTHER', 'FOLLOW_UP', now(), '', '{}', '{}', '{}', '{}', {}))",
                     number, day, service, status, number % 3 == 0 ? "MORNING" : "AFTERNOON", 10 + number % 5);
}

class Clinic {
 public:
  Clinic() : url(fresh_database()), db(url), plan_(plan::load(SEGUE_SOURCE_DIR "/plans/hospital-services")) {
    run(db, std::string(embedded::old_schema_sql()));
    for (const auto* file : {"01-services", "02-columns", "03-clinic-time-slots", "04-indexes"})
      run(db, read_file(SEGUE_SOURCE_DIR "/plans/hospital-services/" + std::string(file) + ".sql"));
  }
  // As segue does: each statement of the plan's file in a transaction of its own.
  void install_new_ledger() {
    pg::Connection runner(url, {.lock_timeout = std::chrono::milliseconds(100)});
    for (const auto& operation : ledger_operations())
      for (bool done = false; !done;) try {
        runner.run("test.ledger", operation.sql);
        done = true;
      } catch (const Error& error) {
        if (error.sqlstate() != "55P03") throw;
      }
  }
  // The wrong way round: filled first, and then the triggers on the reservations.
  void install_filled_first(const std::string& meanwhile) {
    auto operations = ledger_operations();
    const auto late = std::stable_partition(operations.begin(), operations.end(), [](const auto& operation) {
      return operation.sql.text().find("ON reservations") == std::string::npos;
    });
    for (auto operation = operations.begin(); operation != operations.end(); ++operation) {
      if (operation == late) run(db, meanwhile);
      db.run("test.ledger", operation->sql);
    }
  }
  // At each change, where it is one of twenty.
  void always_fold(const std::string& ledger) {
    run(db, fmt::format("drop trigger {0}_fold on {0}; create trigger {0}_fold after insert on {0} for each row when (new.change <> 0) "
                        "execute function {0}_fold()", ledger));
  }

  std::int64_t rows(const std::string& ledger) {
    return db.run("test.rows", sql::Sql::from_plan("select count(*) from " + ledger + " where change <> 0")).integer();
  }
  // One snapshot: slots whose changes do not add up to what the reservations say. None at any moment.
  std::int64_t wrong_per_day() { return wrong("booked_per_day", "service", "1"); }
  std::int64_t wrong_per_period() { return wrong("booked_per_period", "period", "\"estimatedDuration\""); }

  static std::string fill(const std::string& ledger) {
    return fmt::format("insert into {0} (\"preferredDate\", {1}, change) select * from {0}_missing()", ledger,
                       ledger == "booked_per_day" ? "service" : "period");
  }

  const std::string url;
  pg::Connection db;

 private:
  std::vector<sql::Operation> ledger_operations() {
    const auto& phase = plan_.phase("migrate");
    for (const auto& step : phase.steps)
      if (step.name == "sql 05-booked-per-period.sql") return plan::operations_of(plan_, phase, step);
    return {};
  }
  std::int64_t wrong(const std::string& ledger, const std::string& slot, const std::string& amount) {
    if (db.run("test.there", "select to_regclass($1) is null"_sql, {ledger}).boolean()) return 0;
    return db.run("test.wrong", sql::Sql::from_plan(fmt::format(R"(
        select count(*) from (
          select from (
            select "preferredDate", {1}, change from {0}
            union all select "preferredDate", {1}, -{2} from reservations where status in ('PENDING', 'CONFIRMED') and {1} is not null) both_sides
          where exists (select from {0} where "preferredDate" = '-infinity' and change = 0)
          group by "preferredDate", {1} having sum(change) <> 0) wrong)", ledger, slot, amount))).integer();
  }
  plan::Plan plan_;
};

}  // namespace segue::tests
