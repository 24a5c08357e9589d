// The hospital's database on the way through its plan: old schema, new tables and columns, journal.
// Does: everything up to phase migrate, then single steps on demand.
// Does not: go through the engine; a test of a step wants to stop between two of them.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "steps/mapped.hpp"
#include "verify/compare.hpp"
#include "steps/step.hpp"

namespace segue::tests {

using Fields = std::vector<std::pair<std::string, std::string>>;  // column, value

class Hospital {
 public:
  // `change`: run on the old, empty schema, e.g. to give it another key.
  explicit Hospital(const sql::Sql& change = {});

  pg::Connection& db() { return db_; }
  const std::string& url() const { return url_; }
  const plan::Plan& plan() const { return plan_; }
  std::int64_t epoch() const { return epoch_; }
  mapping::Resolved mapping() { return steps::resolve(db_, plan_, "reservations"); }

  // The first step of this kind or name behind phase expand: "profile", "sync", "backfill", "sql 05-booked-per-period.sql", "verify".
  void run(const std::string& kind);
  void undo(const std::string& kind);
  std::int64_t absorb() { return steps::absorb_values(db_, plan_, epoch_, mapping()); }
  verify::Comparison compare();

  // A reservation with these columns, and whatever else the old schema wants.
  void insert(const Fields& fields) { insert(db_, fields); }
  void update(const std::string& id, const Fields& fields) { update(db_, id, fields); }
  static void insert(pg::Connection& db, const Fields& fields, const sql::Sql& behind = {});
  static void update(pg::Connection& db, const std::string& id, const Fields& fields);

  // "SKIN_CARE|9:00 AM|srv_skin_care|70|MORNING"; "-" for NULL.
  std::string row(const std::string& id);
  std::int64_t count(const sql::Sql& query, const pg::Params& params = {}) { return db_.run("test.count", query, params).integer(); }
  // Open repairs of a row as "direction: reason", sorted and joined by "; ".
  std::string repairs(const std::string& id);

 private:
  std::string url_;
  plan::Plan plan_;
  pg::Connection db_;
  std::int64_t epoch_ = 0;
};

// What a new reservation needs besides `fields`, as "insert into reservations (...) values (...)".
sql::Sql insert_statement(const Fields& fields);
// "column" = 'value', ...
sql::Sql assignments(const Fields& fields);

}  // namespace segue::tests
