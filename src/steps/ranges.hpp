// Statements for each range of a table's key, in one transaction a range: how rows are copied and restored beside the application.
// Does: pace itself, give way to whoever holds a row, stand still while a budget is spent, show progress.
// Does not: remember where it was: begun again, it begins at the first row.
#pragma once
#include "mapping/mapping.hpp"
#include "steps/brake.hpp"

namespace segue::steps {

class Ranges {
 public:
  // Of `table` only name and key count. `verb`: in the session's name; `point`: of each range's COMMIT.
  Ranges(Context& context, const mapping::Resolved& table, const std::string& verb, fault::Point point);
  // $1 and $2: the key after which, and up to which; NULL: open. Returns the rows that the last of the statements wrote.
  std::int64_t run(const std::vector<sql::Sql>& statements);
  pg::Connection& writer() { return writer_; }

 private:
  std::optional<std::string> one(const std::vector<sql::Sql>& statements, const std::optional<std::string>& lower, std::int64_t rows);

  Context& context_;
  const mapping::Resolved& table_;
  fault::Point point_;
  std::int64_t total_, written_ = 0;
  pg::Connection writer_;
  Brake brake_;
};

}  // namespace segue::steps
