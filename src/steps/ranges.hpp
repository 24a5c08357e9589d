// Statements for each range of a table's key, in one transaction a range: how rows are copied and restored beside the application.
// Does: pace itself, give way to whoever holds a row, stand still while a budget is spent, show progress.
// Does not: remember where it was: begun again, it begins at the first row.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mapping/mapping.hpp"
#include "steps/brake.hpp"
#include "steps/locks.hpp"
#include "steps/pace.hpp"

namespace segue::steps {

// Parameters of the statements: $1, the key after which, and $2, up to which (NULL: open); `chosen`: and $3, the keys of the rows
// (jsonb), NULL for all: they can be told to leave out what others hold.
enum class By { range, chosen };

class Ranges {
 public:
  // Of `table` only name and key count. `verb`: in the session's name; `point`: of each range's COMMIT.
  Ranges(Context& context, const mapping::Resolved& table, const std::string& verb, fault::Point point, By by = By::range);
  // Returns the rows that the last of the statements wrote.
  std::int64_t run(const std::vector<sql::Sql>& statements);
  pg::Connection& writer() { return writer_; }

 private:
  // What is left of a range: `done`: keys of its rows that are through; `held`: one that somebody holds.
  struct Left { std::optional<std::string> lower, upper, done, held; };
  std::optional<std::string> next(const std::optional<std::string>& lower);       // the end of the range; nothing at the end of the table
  void write(const std::vector<sql::Sql>& statements, Left& range, bool careful);
  void finish(const std::vector<sql::Sql>& statements, Left& range);
  void clashed(const Error& error);

  Context& context_;
  const mapping::Resolved& table_;
  fault::Point point_;
  By by_;
  std::int64_t total_, written_ = 0;
  pg::Connection writer_;
  Brake brake_;
  Pace pace_;
  Clashes clashes_;
};

}  // namespace segue::steps
