#include "base/error.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace segue {

const std::vector<ErrorCodeFacts>& all_error_codes() {
  static const std::vector<ErrorCodeFacts> table = {
#define SEGUE_ERROR(code, exit, http, meaning) {ErrorCode::code, #code, exit, http, meaning},
#include "base/errors.def"
#undef SEGUE_ERROR
  };
  return table;
}

const ErrorCodeFacts& facts_of(ErrorCode code) {
  return all_error_codes().at(static_cast<std::size_t>(code));
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::not_done: return "not done";
    case Outcome::done: return "done";
    case Outcome::unknown: return "unknown";
  }
  return "unknown";
}

std::string describe(const Error& error) {
  std::string text = "error: " + error.message();
  std::string detail;
  if (!error.sqlstate().empty()) detail += "SQLSTATE " + error.sqlstate();
  if (!error.statement().empty()) {
    if (!detail.empty()) detail += ", ";
    detail += "statement " + error.statement();
  }
  if (error.outcome() != Outcome::not_done) {
    if (!detail.empty()) detail += ", ";
    detail += fmt::format("outcome {}", name_of(error.outcome()));
  }
  if (!detail.empty()) text += "\nDETAIL: " + detail;
  if (!error.hint().empty()) text += "\nHINT: " + error.hint();
  return text;
}

std::string describe_json(const Error& error) {
  boost::json::object inner{
      {"code", facts_of(error.code()).name}, {"message", error.message()},
      {"hint", error.hint()},                {"sqlstate", error.sqlstate()},
      {"statement", error.statement()},      {"outcome", name_of(error.outcome())}};
  return boost::json::serialize(boost::json::object{{"error", std::move(inner)}});
}

std::string error_table_markdown() {
  std::string text =
      "# Error codes\n\nGenerated from `src/base/errors.def` by `segue errors`; a test compares the two.\n"
      "The code is in the JSON form of an error, the exit status is the program's, the HTTP status that of the API.\n"
      "\n| code | exit | HTTP | meaning |\n|---|---|---|---|\n";
  for (const auto& facts : all_error_codes())
    text += fmt::format("| `{}` | {} | {} | {} |\n", facts.name, facts.exit_status, facts.http_status, facts.meaning);
  return text;
}

}  // namespace segue
