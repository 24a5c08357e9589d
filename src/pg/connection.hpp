// One synchronous PostgreSQL session over libpq.
// Does: run named statements with text parameters, transactions, COPY in, notifications; turn every
//       failure into segue::Error with SQLSTATE and outcome (a lost answer to COMMIT is `in_doubt`; to a statement that was its
//       own COMMIT, a broken connection with outcome unknown).
// Does not: retry, pool, or share a session between threads. Parameter values never enter an error.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.hpp"
#include "sql/text.hpp"

struct pg_conn;
struct pg_result;

namespace segue::pg {

using sql::Sql;

// A parameter: NULL or text in PostgreSQL's input format.
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(const char* text) : text_(text) {}
  Param(std::string text) : text_(std::move(text)) {}
  Param(std::string_view text) : text_(std::string(text)) {}
  Param(const std::optional<std::string>& text) : text_(text) {}
  Param(bool value) : text_(value ? "t" : "f") {}
  template <class Number> requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>)
  Param(Number value) : text_(std::to_string(value)) {}
  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};
using Params = std::vector<Param>;

class Result {
 public:
  explicit Result(pg_result* result);
  int rows() const;
  int columns() const;
  bool empty() const { return rows() == 0; }
  bool is_null(int row, int column) const;
  std::string_view view(int row, int column) const;              // "" for NULL
  std::string text(int row = 0, int column = 0) const { return std::string(view(row, column)); }
  std::optional<std::string> optional_text(int row, int column) const;
  std::int64_t integer(int row = 0, int column = 0) const;
  double number(int row = 0, int column = 0) const;
  bool boolean(int row = 0, int column = 0) const { return view(row, column) == "t"; }
  std::int64_t affected() const;                                 // rows of INSERT, UPDATE, DELETE, COPY
  std::string column_name(int column) const;

 private:
  struct Clear { void operator()(pg_result* result) const; };
  std::unique_ptr<pg_result, Clear> result_;
};

struct Session {
  std::string application_name = "segue";
  std::string search_path;                                       // empty: the server's own
  std::chrono::milliseconds lock_timeout{60'000};                // nobody waits without end behind a lock; 0: none
  std::chrono::milliseconds statement_timeout{0};                // 0: none
};

struct Notification {
  std::string channel, payload;
  int pid;
};

class Connection {
 public:
  // URL or key=value text as libpq takes it. Throws connection or unsupported_server (before PostgreSQL 13).
  explicit Connection(const std::string& url, const Session& session = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // One statement. `name` appears in errors and logs; it is not a prepared statement's name.
  Result run(std::string_view name, const Sql& sql, const Params& params = {});
  // Several statements without parameters in one simple query (one implicit transaction).
  void run_script(std::string_view name, const Sql& sql);
  // COPY ... FROM STDIN; `next` appends rows in text format and returns false at the end.
  std::int64_t copy_in(std::string_view name, const Sql& copy, const std::function<bool(std::string&)>& next);

  // From now on `look` is called, in the same thread, whenever a statement of run() has had no answer for so long, again and again. What
  // it returns says who is waited for; if the statement is then given up for a lock, it stands in the error.
  void while_waiting(std::chrono::milliseconds every, std::function<std::string()> look);

  std::optional<Notification> wait_notification(std::chrono::milliseconds timeout);

  bool in_transaction() const;
  bool is_open() const;
  int server_version() const;                                    // e.g. 150020
  int backend_pid() const;
  int socket() const;
  const std::string& url() const { return url_; }
  // Asks the server to stop the running statement; may be called from another thread or a signal watcher.
  void cancel();
  pg_conn* raw() { return conn_.get(); }

 private:
  friend class Transaction;
  // What was on its way when the connection broke: only the last two may have been done.
  enum class Sent { in_transaction, alone, commit };
  [[noreturn]] void fail(std::string_view name, pg_result* result, Sent sent = Sent::in_transaction);
  pg_result* answer();                                           // the last result of what was sent; looks around while it waits
  struct Finish { void operator()(pg_conn* conn) const; };
  std::unique_ptr<pg_conn, Finish> conn_;
  std::string url_;
  std::chrono::milliseconds look_every_{0};
  std::function<std::string()> look_;
  std::string waited_for_;                                       // by the last statement
};

// BEGIN on construction, ROLLBACK on destruction unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& db, const Sql& begin = "begin"_sql);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  // Throws in_doubt with outcome unknown where the answer was lost. `point`: where a test may lose it (base/faults.def).
  void commit(std::optional<fault::Point> point = std::nullopt);
  void rollback();

 private:
  Connection& db_;
  bool open_ = true;
};

// Error{unsupported_server} for a server before PostgreSQL 13; `version` as server_version() says it.
void require_supported(int version);

// The libpq connection text without its password, for messages.
std::string without_password(const std::string& url);

}  // namespace segue::pg
