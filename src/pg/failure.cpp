#include "pg/failure.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace segue::pg {
namespace {

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

// Messages of these classes speak of names, states and resources. All others may quote values of a row: class 22 (data
// exception) and 23 (integrity) do, and RAISE can be given any other class.
bool speaks_of_names_only(std::string_view sqlstate) {
  static constexpr std::string_view classes[] = {"08", "0A", "25", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"};
  return std::find(std::begin(classes), std::end(classes), sqlstate.substr(0, 2)) != std::end(classes);
}

std::string where_of(const PGresult* result) {
  std::string where;
  const auto add = [&](int code, const char* label) {
    if (const auto name = field(result, code); !name.empty()) where += (where.empty() ? "" : ", ") + (label + name);
  };
  add(PG_DIAG_TABLE_NAME, "table ");
  add(PG_DIAG_COLUMN_NAME, "column ");
  add(PG_DIAG_CONSTRAINT_NAME, "constraint ");
  return where;
}

std::string message_of(const PGresult* result, std::string_view sqlstate) {
  if (speaks_of_names_only(sqlstate)) return field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view kind = sqlstate.substr(0, 2) == "23" ? "a constraint was violated"
                                : sqlstate.substr(0, 2) == "22" ? "a value could not be converted"
                                                                : "a statement raised an exception";
  const auto where = where_of(result);
  return std::string(kind) + (where.empty() ? "" : " (" + where + ")");
}

ErrorCode code_of(std::string_view sqlstate) {
  if (sqlstate == "55P03") return ErrorCode::lock_timeout;
  if (sqlstate == "42501") return ErrorCode::permission;
  if (sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03") return ErrorCode::connection;
  if (sqlstate.substr(0, 2) == "08") return ErrorCode::connection;
  return ErrorCode::database;
}

struct Remedy { std::string_view sqlstate; const char* hint; };

// What a person can do about it, by SQLSTATE or its class; the first that fits.
constexpr Remedy remedies[] = {
    {"53100", "the server has no room left: free or add some, then run the same command again; nothing of the statement is left behind"},
    {"53200", "the server has no memory left: when it has, run the same command again"},
    {"53300", "free a connection, or raise the limit of the server, the database or the role; then run the same command again"},
    {"53400", "raise the server's limit (temp_file_limit, say), then run the same command again"},
    {"25006", "the session may only read: connect to the primary, or see default_transaction_read_only of role and database"},
    {"57014", "somebody cancelled the statement; run the same command again: it goes on where it stopped"},
    {"23", "rows do not fit the statement: mend them, then run the same command again; nothing of the statement is left behind"},
};

// The plan's own SQL runs under this name.
bool is_of_the_plan(std::string_view statement) { return statement.starts_with("step."); }

std::string hint_of(ErrorCode code, std::string_view sqlstate, std::string_view statement) {
  for (const auto& remedy : remedies)
    if (sqlstate.starts_with(remedy.sqlstate)) return remedy.hint;
  if (code == ErrorCode::database && sqlstate.starts_with("42") && is_of_the_plan(statement))
    return "mend what it names or the step's SQL, then run again (with --accept-changed-plan if the plan changed); nothing of the statement is left behind";
  switch (code) {
    case ErrorCode::permission: return "give the role this right, or connect as another one; segue grants PLAN prints all that is needed";
    case ErrorCode::connection: return "run the same command again: it goes on where it stopped";
    case ErrorCode::lock_timeout: return "run the same command again when the blocker is gone";
    default: return "the statement was not done; when its cause is mended, run the same command again";
  }
}

}  // namespace

Error failure_of(const pg_result* result, std::string_view statement) {
  const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  const auto code = code_of(sqlstate);
  return Error(code, message_of(result, sqlstate), hint_of(code, sqlstate, statement))
      .with_sqlstate(sqlstate)
      .with_statement(std::string(statement));
}

}  // namespace segue::pg
