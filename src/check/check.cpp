#include "check/check.hpp"

#include "check/rules.hpp"

namespace segue::check {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

std::string place(const plan::Where& where, const std::string& file, const sql::Operation& operation) {
  return file.empty() ? where.text() : plan::Where{file, operation.line, operation.column}.text();
}

std::vector<Finding> check_plan(const plan::Plan& plan) {
  Findings findings;
  rule_locks(plan, findings);
  rule_order(plan, findings);
  rule_undo(plan, findings);
  return findings;
}

std::vector<Finding> check(pg::Connection& db, const plan::Plan& plan) {
  auto findings = check_plan(plan);
  rule_mapping(db, plan, findings);
  rule_tables(db, plan, findings);
  rule_targets(db, plan, findings);
  return findings;
}

}  // namespace segue::check
