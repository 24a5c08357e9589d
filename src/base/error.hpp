// What stops the work: one exception for the whole program.
// Does: carry code, message, hint (the next command to type), SQLSTATE, statement name and outcome.
// Does not: print or exit; only cli/main, the server programs and HTTP turn it into text.
// A "no" that is a normal answer (a finding, a closed gate) is a value, not an Error.
#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

enum class ErrorCode {
#define SEGUE_ERROR(code, exit, http, meaning) code,
#include "base/errors.def"
#undef SEGUE_ERROR
};

// What became of the work the error interrupted.
enum class Outcome { not_done, done, unknown };

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string hint = {})
      : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

  Error&& with_sqlstate(std::string sqlstate) && { sqlstate_ = std::move(sqlstate); return std::move(*this); }
  Error&& with_statement(std::string name) && { statement_ = std::move(name); return std::move(*this); }
  Error&& with_outcome(Outcome outcome) && { outcome_ = outcome; return std::move(*this); }
  Error&& with_hint(std::string hint) && { hint_ = std::move(hint); return std::move(*this); }

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  const std::string& sqlstate() const { return sqlstate_; }
  const std::string& statement() const { return statement_; }
  Outcome outcome() const { return outcome_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorCode code_;
  std::string message_, hint_, sqlstate_, statement_;
  Outcome outcome_ = Outcome::not_done;
};

struct ErrorCodeFacts {
  ErrorCode code;
  std::string_view name;
  int exit_status;
  int http_status;
  std::string_view meaning;
};
const ErrorCodeFacts& facts_of(ErrorCode code);
const std::vector<ErrorCodeFacts>& all_error_codes();
std::string_view name_of(Outcome outcome);

// "error: MESSAGE" and, where known, "DETAIL: ..." and "HINT: ..." lines; no trailing newline.
std::string describe(const Error& error);
// {"error": {"code", "message", "hint", "sqlstate", "statement", "outcome"}}
std::string describe_json(const Error& error);
// docs/errors.md, made from the table.
std::string error_table_markdown();

}  // namespace segue
