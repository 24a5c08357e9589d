// Several clinics in one database on the way through tests/scenario/derived-rows: old schema, new tables and columns, journal.
// Does: everything up to phase dual-write, then single steps on demand; compares and settles all mappings.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "steps/mapped.hpp"
#include "steps/step.hpp"
#include "verify/compare.hpp"

namespace segue::tests {

class Clinics {
 public:
  // `change`: run on the empty schema, before the journal is there; `yaml`: another text of plan.yaml.
  explicit Clinics(const sql::Sql& change = {}, const std::string& yaml = {});

  pg::Connection& db() { return db_; }
  const std::string& url() const { return url_; }
  const plan::Plan& plan() const { return plan_; }
  std::int64_t epoch() const { return epoch_; }

  void run(const std::string& step);                             // of phase dual-write, by name: "sync clinic_doctors"
  void undo(const std::string& step);
  void sync_all();
  void backfill_all();
  void settle();                                                 // each mapping, until nothing more can be settled

  // What each mapping's comparison finds, as "mapping: {...}", one a line; "" where both models say the same.
  std::string findings();
  // Open repairs as "mapping direction key reason", sorted, one a line.
  std::string repairs();
  void write(const std::string& sql) { db_.run_script("test.write", sql::Sql::from_plan(sql)); }
  std::string ask(const std::string& sql);                       // first row, joined by "|", "-" for NULL, "no row"

 private:
  void step(const std::string& name, bool undo);
  std::string url_;
  plan::Plan plan_;
  pg::Connection db_;
  std::int64_t epoch_ = 0;
};

}  // namespace segue::tests
