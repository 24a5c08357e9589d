#include "plan/statements.hpp"

namespace segue::plan {
namespace {

std::vector<sql::Operation> safe_form(const std::string& file, const std::string& text, sql::Created& created) {
  std::vector<sql::Operation> operations;
  for (const auto& statement : sql::split(file, text))
    for (auto& operation : sql::make_safe(file, statement, created)) operations.push_back(std::move(operation));
  return operations;
}

std::vector<sql::Operation> not_null_operations(const Plan& plan, const RequireStep& step) {
  std::vector<sql::Operation> operations;
  for (const auto& column : step.columns)
    for (auto& operation : sql::require_not_null({plan.schema, step.table}, column)) operations.push_back(std::move(operation));
  return operations;
}

}  // namespace

std::vector<sql::Operation> operations_of(const Plan& plan, const Phase& phase, const Step& step) {
  if (const auto* require = std::get_if<RequireStep>(&step.what)) return not_null_operations(plan, *require);
  sql::Created created;
  for (const auto& earlier : phase.steps) {
    const auto* sql_step = std::get_if<SqlStep>(&earlier.what);
    if (sql_step == nullptr) continue;
    auto operations = safe_form(sql_step->file, sql_step->text, created);
    if (&earlier == &step) return operations;
  }
  return {};
}

std::vector<sql::Operation> undo_operations_of(const SqlStep& step) {
  sql::Created created;
  return safe_form(step.undo_file, step.undo_text, created);
}

}  // namespace segue::plan
