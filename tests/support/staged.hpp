// A database on the way through a plan: old schema, new tables and columns, journal; then single steps on demand.
// Does: everything up to the phase whose steps a test wants one by one; settle and compare all mappings.
// Does not: go through the engine; a test of a step wants to stop between two of them.
#pragma once
#include <cstdint>
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "steps/mapped.hpp"
#include "steps/step.hpp"
#include "verify/compare.hpp"

namespace segue::tests {

class Staged {
 public:
  pg::Connection& db() { return db_; }
  const std::string& url() const { return url_; }
  const plan::Plan& plan() const { return plan_; }
  std::int64_t epoch() const { return epoch_; }

  void run(const std::string& name) { step(name, false); }       // of the phase, by name: "sync clinic_doctors"
  void undo(const std::string& name) { step(name, true); }
  void sync_all();
  void backfill_all();
  void settle();                                                 // each mapping, until nothing more can be settled

  // What each mapping's comparison finds, as "mapping: {...}", one a line; "" where both models say the same.
  std::string findings();
  // Open repairs as "mapping direction key reason", sorted, one a line.
  std::string repairs();
  void write(const std::string& sql) { db_.run_script("test.write", sql::Sql::from_plan(sql)); }
  std::string ask(const std::string& sql);                       // first row, joined by "|", "-" for NULL, "no row"

 protected:
  // `old_schema`: a script; the SQL steps of phase "prepare" come behind it, `phase` is the one whose steps run on demand.
  Staged(plan::Plan plan, std::string phase, const std::string& old_schema);

 private:
  void step(const std::string& name, bool undo);
  std::string url_, phase_;
  plan::Plan plan_;
  pg::Connection db_;
  std::int64_t epoch_ = 0;
};

}  // namespace segue::tests
