#include "pg/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "pg/failure.hpp"

namespace segue::pg {

// ---- Result

Result::Result(pg_result* result) : result_(result) {}
void Result::Clear::operator()(pg_result* result) const { PQclear(result); }
int Result::rows() const { return PQntuples(result_.get()); }
int Result::columns() const { return PQnfields(result_.get()); }
bool Result::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
std::string_view Result::view(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::optional<std::string> Result::optional_text(int row, int column) const {
  if (is_null(row, column)) return std::nullopt;
  return text(row, column);
}
std::int64_t Result::integer(int row, int column) const { return to_integer(view(row, column)).value_or(0); }
double Result::number(int row, int column) const { return to_number(view(row, column)).value_or(0); }
std::int64_t Result::affected() const { return to_integer(PQcmdTuples(result_.get())).value_or(0); }
std::string Result::column_name(int column) const { return PQfname(result_.get(), column); }

// ---- Connection

void Connection::Finish::operator()(pg_conn* conn) const { PQfinish(conn); }
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

namespace {

constexpr int oldest_server = 130000;
constexpr const char* cancelled = "57014";

std::string set_timeout(std::string_view setting, std::chrono::milliseconds value) {
  return fmt::format(" -c {}={}", setting, value.count());
}

PGconn* open(const std::string& url, const Session& session) {
  // Timeouts that role or database have for the application's sake are not for a backfill. Start-up options, so that the session is right from its first statement on, and after a reset too.
  const std::string options = "-c standard_conforming_strings=on -c client_min_messages=warning -c idle_in_transaction_session_timeout=0" +
                              set_timeout("lock_timeout", session.lock_timeout) +
                              set_timeout("statement_timeout", session.statement_timeout);
  const char* keys[] = {"dbname", "application_name", "options", "client_encoding", "keepalives_idle", nullptr};
  const char* values[] = {url.c_str(), session.application_name.c_str(), options.c_str(), "UTF8", "10", nullptr};
  return PQconnectdbParams(keys, values, 1);
}

}  // namespace

void require_supported(int version) {
  if (version >= oldest_server) return;
  constexpr int first_with_one_number = 100000;
  const auto name = version < first_with_one_number ? fmt::format("{}.{}", version / 10000, version / 100 % 100) : std::to_string(version / 10000);
  throw Error(ErrorCode::unsupported_server, fmt::format("the server is PostgreSQL {}; segue needs 13 or later", name),
              "upgrade the server first: 13 brought what dual write and the checks stand on");
}

Connection::Connection(const std::string& url, const Session& session) : conn_(open(url, session)), url_(url) {
  if (PQstatus(conn_.get()) != CONNECTION_OK)
    throw Error(ErrorCode::connection,
                "cannot connect to the database: " + std::string(trim(PQerrorMessage(conn_.get()))),
                "check --database (or SEGUE_DATABASE), that the server runs, and how many connections it allows");
  require_supported(server_version());
  PQsetNoticeProcessor(conn_.get(), [](void*, const char*) {}, nullptr);
  if (!session.search_path.empty())
    run("session.search_path", "select set_config('search_path', $1, false)"_sql, {session.search_path});
}

namespace {

// Whoever asked a question or opened a transaction has changed nothing.
bool may_write(const Sql& sql) {
  const auto text = trim(sql.text());
  const auto word = text.substr(0, text.find_first_of(" \n"));
  return word != "select" && word != "begin" && word != "set";
}

}  // namespace

Result Connection::run(std::string_view name, const Sql& sql, const Params& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const auto& param : params) values.push_back(param.text() ? param.text()->c_str() : nullptr);
  const auto sent = in_transaction() || !may_write(sql) ? Sent::in_transaction : Sent::alone;
  if (PQtransactionStatus(conn_.get()) == PQTRANS_ACTIVE) PQclear(PQexec(conn_.get(), ""));   // a COPY that was given up: libpq ends it
  const bool is_sent = PQsendQueryParams(conn_.get(), sql.text().c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0) == 1;
  PGresult* raw = is_sent ? answer() : nullptr;
  const auto status = PQresultStatus(raw);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(name, raw, sent);
  return Result(raw);
}

void Connection::while_waiting(std::chrono::milliseconds every, std::function<std::string()> look) {
  look_every_ = every;
  look_ = std::move(look);
}

pg_result* Connection::answer() {
  waited_for_.clear();
  while (look_ && PQisBusy(conn_.get()) == 1) {
    pollfd descriptor{PQsocket(conn_.get()), POLLIN, 0};
    if (::poll(&descriptor, 1, static_cast<int>(look_every_.count())) == 0) waited_for_ = look_();
    else if (PQconsumeInput(conn_.get()) != 1) break;
  }
  PGresult* last = nullptr;
  while (PGresult* next = PQgetResult(conn_.get())) {
    PQclear(last);
    last = next;
    const auto status = PQresultStatus(next);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH || PQstatus(conn_.get()) == CONNECTION_BAD) break;
  }
  return last;
}

void Connection::run_script(std::string_view name, const Sql& sql) {
  const auto sent = in_transaction() ? Sent::in_transaction : Sent::alone;
  PGresult* raw = PQexec(conn_.get(), sql.text().c_str());
  const auto status = PQresultStatus(raw);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) fail(name, raw, sent);
  PQclear(raw);
}

std::int64_t Connection::copy_in(std::string_view name, const Sql& copy,
                                 const std::function<bool(std::string&)>& next) {
  PGresult* begun = PQexec(conn_.get(), copy.text().c_str());
  if (PQresultStatus(begun) != PGRES_COPY_IN) fail(name, begun);
  PQclear(begun);
  std::string buffer;
  for (bool more = true; more;) {
    buffer.clear();
    more = next(buffer);
    if (!buffer.empty() && PQputCopyData(conn_.get(), buffer.data(), static_cast<int>(buffer.size())) != 1)
      fail(name, nullptr);
  }
  if (PQputCopyEnd(conn_.get(), nullptr) != 1) fail(name, nullptr);
  PGresult* raw = PQgetResult(conn_.get());
  if (PQresultStatus(raw) != PGRES_COMMAND_OK) fail(name, raw);
  const Result result(raw);
  while (PGresult* rest = PQgetResult(conn_.get())) PQclear(rest);
  return result.affected();
}

std::optional<Notification> Connection::wait_notification(std::chrono::milliseconds timeout) {
  const auto take = [&]() -> std::optional<Notification> {
    PGnotify* raw = PQnotifies(conn_.get());
    if (raw == nullptr) return std::nullopt;
    Notification notification{raw->relname, raw->extra, raw->be_pid};
    PQfreemem(raw);
    return notification;
  };
  if (auto waiting = take()) return waiting;
  pollfd descriptor{PQsocket(conn_.get()), POLLIN, 0};
  if (::poll(&descriptor, 1, static_cast<int>(timeout.count())) <= 0) return std::nullopt;
  if (PQconsumeInput(conn_.get()) != 1) fail("listen", nullptr);
  return take();
}

void Connection::fail(std::string_view name, pg_result* raw, Sent sent) {
  const Result owner(raw);
  // A result without SQLSTATE is libpq's own: what was sent did not get there, though the connection may not be seen to be broken yet.
  if (raw == nullptr || PQstatus(conn_.get()) == CONNECTION_BAD || PQresultErrorField(raw, PG_DIAG_SQLSTATE) == nullptr) {
    if (sent == Sent::commit)
      throw Error(ErrorCode::in_doubt, "the connection broke before COMMIT was answered; it may have happened",
                  "run the same command again: what happened is looked up, not assumed")
          .with_statement(std::string(name)).with_outcome(Outcome::unknown);
    throw Error(ErrorCode::connection, "the connection to the database broke",
                "run the same command again: it goes on where it stopped")
        .with_statement(std::string(name))
        .with_outcome(sent == Sent::alone ? Outcome::unknown : Outcome::not_done);   // alone, a statement is its own COMMIT
  }
  const auto error = failure_of(raw, name);
  if (error.sqlstate() == cancelled) stop_if_interrupted();     // on a person's behalf
  if (error.code() != ErrorCode::lock_timeout || waited_for_.empty()) throw error;
  throw Error(error.code(), fmt::format("{}; held by {}", error.message(), waited_for_), error.hint())
      .with_sqlstate(error.sqlstate()).with_statement(std::string(name));
}

bool Connection::in_transaction() const { return PQtransactionStatus(conn_.get()) != PQTRANS_IDLE; }
bool Connection::is_open() const { return PQstatus(conn_.get()) == CONNECTION_OK; }
int Connection::server_version() const { return PQserverVersion(conn_.get()); }
int Connection::backend_pid() const { return PQbackendPID(conn_.get()); }
int Connection::socket() const { return PQsocket(conn_.get()); }

void Connection::cancel() {
  char message[256];
  if (PGcancel* cancel = PQgetCancel(conn_.get())) {
    PQcancel(cancel, message, sizeof message);
    PQfreeCancel(cancel);
  }
}

// ---- Transaction

Transaction::Transaction(Connection& db, const Sql& begin) : db_(db) { db_.run("transaction.begin", begin); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    rollback();
  } catch (const Error&) {  // the session is gone, and with it the transaction
  }
}

void Transaction::commit(std::optional<fault::Point> point) {
  open_ = false;
  const auto harm = [&](fault::Stage stage) {
    if (point) fault::point(*point, db_.socket(), stage);
  };
  harm(fault::Stage::before);
  const bool sent = PQsendQuery(db_.conn_.get(), "commit") == 1;
  harm(fault::Stage::sent);
  // To the last: a server that goes away says so first, and only then is the connection seen to be broken.
  PGresult* raw = nullptr;
  for (PGresult* next = sent ? PQgetResult(db_.conn_.get()) : nullptr; next != nullptr; next = PQgetResult(db_.conn_.get())) {
    PQclear(raw);
    raw = next;
  }
  if (PQresultStatus(raw) != PGRES_COMMAND_OK) db_.fail("transaction.commit", raw, Connection::Sent::commit);
  const bool rolled_back = std::string_view(PQcmdStatus(raw)) == "ROLLBACK";
  PQclear(raw);
  harm(fault::Stage::after);
  if (rolled_back)
    throw Error(ErrorCode::database, "the transaction had failed and was rolled back")
        .with_statement("transaction.commit");
}

void Transaction::rollback() {
  open_ = false;
  if (db_.is_open() && db_.in_transaction()) db_.run("transaction.rollback", "rollback"_sql);
}

std::string without_password(const std::string& url) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
  if (options == nullptr) {
    PQfreemem(message);
    return "(unreadable connection text)";
  }
  std::string text;
  for (auto* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || std::string_view(option->dispchar).find('*') != std::string_view::npos) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}={}", option->keyword, option->val);
  }
  PQconninfoFree(options);
  return text;
}

}  // namespace segue::pg
