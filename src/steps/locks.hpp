// Strong locks without a queue: a short lock_timeout, retries with jittered back-off, a budget, and the blocker's name.
// Does: run a piece of work in one fenced transaction that holds the locks it needs.
// Does not: wait in the queue for a lock that stops readers or writers longer than the plan's lock timeout, so nobody waits behind it
//   longer than that.
#pragma once
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "sql/statement.hpp"
#include "steps/step.hpp"

namespace segue::steps {

struct Needed { std::vector<sql::QualifiedName> tables; sql::Lock lock = sql::Lock::none; };

// The longest an application statement can have waited because of it: the time in the queue plus the time the lock
// was held, in milliseconds; 0 for locks that stop nobody's reads or writes. Error{lock_timeout} names the blocker.
double in_locked_transaction(Context& context, const Needed& needed, const std::function<void()>& work);

// Somebody else holds the row, or has just moved it to another partition: the same again, a little later, may do.
bool is_clash(const Error& error);

// Row locks met by a session that writes beside the application: it gives way and comes again, within a budget.
class Clashes {
 public:
  explicit Clashes(std::chrono::milliseconds budget) : budget_(budget) {}
  // Waits, longer each time. Throws the error again if it is about something else; Error{lock_timeout} once the budget is spent
  // without a success, with the oldest transaction on the table.
  void met(const Error& error, pg::Connection& db, const sql::QualifiedName& table);
  void none() { in_a_row_ = 0; }

 private:
  std::chrono::milliseconds budget_;
  std::chrono::steady_clock::time_point first_{};
  int in_a_row_ = 0;
};

// A statement that PostgreSQL refuses in a transaction. It stops nobody while it waits (for other DDL, for old transactions), so it may
// wait as long as the session may: the plan's lock budget.
void outside_transaction(Context& context, const std::string& name, const sql::Sql& statement);

}  // namespace segue::steps
