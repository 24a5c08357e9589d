#include "pg/pipeline_session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <utility>

#include "pg/failure.hpp"

namespace segue::pg {
namespace {

const Query begin{"pipeline.begin", "begin"_sql, {}};
const Query commit{"pipeline.commit", "commit"_sql, {}};
const Query rollback{"pipeline.rollback", "rollback"_sql, {}};
constexpr std::chrono::milliseconds first_backoff{50};

bool is_fatal(const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity != nullptr && (std::string_view(severity) == "FATAL" || std::string_view(severity) == "PANIC");
}

}  // namespace

void PendingRequest::complete(std::optional<Error> error) {
  if (error) reply.results.clear();
  reply.error = std::move(error);
  done = true;
  finished.cancel();
}

PipelineSession::PipelineSession(boost::asio::io_context& io, const PipelineOptions& options,
                                 std::deque<Pending>& waiting, std::function<void()> lost)
    : io_(io), options_(options), waiting_(waiting), lost_(std::move(lost)), retry_(io), random_(std::random_device{}()) {}

// ---- connecting

void PipelineSession::connect() {
  link_ = std::make_shared<AsyncLink>(io_);
  link_->connect(options_.url, options_.session, options_.connect_timeout,
                 [self = shared_from_this()](bool done) { done ? self->connected() : self->broken(); });
}

void PipelineSession::connected() {
  PQsetNoticeProcessor(link_->raw(), [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(link_->raw(), 1) != 0 || PQenterPipelineMode(link_->raw()) != 1) return broken();
  prepared_.clear();
  backoff_ = std::chrono::milliseconds{0};
  waits_to_write_ = server_said_goodbye_ = false;
  state_ = State::connected;
  link_->when_readable([self = shared_from_this()] { self->read(); });
  pump();
}

void PipelineSession::reconnect_later() {
  backoff_ = std::min(options_.longest_backoff, backoff_.count() == 0 ? first_backoff : backoff_ * 2);
  // Jitter, so that the sessions of all instances do not knock at the same moment.
  const std::chrono::milliseconds wait(std::uniform_int_distribution<std::int64_t>(backoff_.count() / 2, backoff_.count())(random_));
  retry_.expires_after(wait);
  retry_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->state_ == State::down) self->connect();
  });
}

// ---- sending

void PipelineSession::pump() {
  const auto depth = static_cast<std::size_t>(options_.depth);
  if (state_ != State::connected) return;
  while (!waiting_.empty() && in_flight_.size() < depth) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    if (!send(std::move(next))) return broken();
  }
  flush();
}

bool PipelineSession::send(Pending request) {
  Group group;
  group.request = std::move(request);
  const bool transaction = group.request->kind == PipelineKind::transaction;
  bool sent = !transaction || append(group, begin, false);
  for (const auto& query : group.request->queries) sent = sent && append(group, query, true);
  sent = sent && (!transaction || append(group, commit, false));
  sent = sent && PQpipelineSync(link_->raw()) == 1;
  in_flight_.push_back(std::move(group));
  return sent;
}

bool PipelineSession::append(Group& group, const Query& query, bool own) {
  const auto& text = query.sql.text();
  const auto known = prepared_.find(text);
  std::string name;
  if (known == prepared_.end()) {
    name = fmt::format("segue_{}", ++names_);
    prepared_.emplace(text, Prepared{name, false});
    group.elements.push_back({&query, Kind::prepare, own});
  } else if (known->second.confirmed) {
    name = known->second.name;
  } else {
    group.elements.push_back({&query, Kind::prepare_once, own});
  }
  const bool prepare = known == prepared_.end() || !known->second.confirmed;
  if (prepare && PQsendPrepare(link_->raw(), name.c_str(), text.c_str(), 0, nullptr) != 1) return false;
  std::vector<const char*> values;
  for (const auto& param : query.params) values.push_back(param.text() ? param.text()->c_str() : nullptr);
  group.elements.push_back({&query, Kind::execute, own});
  return PQsendQueryPrepared(link_->raw(), name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) == 1;
}

void PipelineSession::note_prepared(const Element& element, bool done) {
  if (element.kind != Kind::prepare) return;
  const auto known = prepared_.find(element.query->sql.text());
  if (known == prepared_.end()) return;
  if (done) known->second.confirmed = true;
  else prepared_.erase(known);
}

// Requests already sent behind a failed transaction meet its remains (SQLSTATE 25P02) and are sent again.
void PipelineSession::send_rollback() {
  Group group;
  if (append(group, rollback, false)) PQpipelineSync(link_->raw());
  in_flight_.push_back(std::move(group));
}

void PipelineSession::flush() {
  if (waits_to_write_ || state_ != State::connected) return;
  // A failed write (-1) also shows as the end of the connection when read, behind the answers still unread.
  if (PQflush(link_->raw()) != 1) return;
  waits_to_write_ = true;
  link_->when_writable([self = shared_from_this()] {
    self->waits_to_write_ = false;
    self->flush();
  });
}

// ---- answers

void PipelineSession::read() {
  const bool alive = PQconsumeInput(link_->raw()) == 1;
  take_results();
  if (!alive || PQstatus(link_->raw()) != CONNECTION_OK) return broken();
  link_->when_readable([self = shared_from_this()] { self->read(); });
  pump();
}

void PipelineSession::take_results() {
  // PQgetResult gives NULL once between two statements; twice means there is nothing to have.
  for (int nothing = 0; !in_flight_.empty() && nothing < 2 && PQisBusy(link_->raw()) == 0;) {
    PGresult* result = PQgetResult(link_->raw());
    nothing = result == nullptr ? nothing + 1 : 0;
    if (result != nullptr) take(result);
  }
}

void PipelineSession::take(pg_result* raw) {
  Result result(raw);
  auto& group = in_flight_.front();
  const auto status = PQresultStatus(raw);
  if (status == PGRES_PIPELINE_SYNC) return end_group();
  if (group.answered >= group.elements.size()) {  // the server's farewell, between two groups
    server_said_goodbye_ = server_said_goodbye_ || is_fatal(raw);
    return;
  }
  // libpq's own word that the connection broke: no answer of the server, so it does not count as one.
  if (status == PGRES_FATAL_ERROR && PQresultErrorField(raw, PG_DIAG_SQLSTATE) == nullptr) return;
  const auto element = group.elements[group.answered++];
  const bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
  note_prepared(element, good);
  if (good) {
    if (element.own && element.kind == Kind::execute) group.request->reply.results.push_back(std::move(result));
    return;
  }
  if (status != PGRES_PIPELINE_ABORTED && !group.error) take_error(group, element, raw);
}

void PipelineSession::take_error(Group& group, const Element& element, const pg_result* result) {
  group.error = failure_of(result, element.query->name);
  if (is_fatal(result)) {
    server_said_goodbye_ = true;
    group.maybe_committed = element.query == &commit && element.kind == Kind::execute;
  } else if (group.request && group.request->kind == PipelineKind::transaction && element.query != &begin) {
    send_rollback();
  }
  const auto& sqlstate = group.error->sqlstate();
  if (sqlstate == "26000") prepared_.clear();  // someone emptied the session (DISCARD ALL): prepare all anew
  if (sqlstate == "0A000") prepared_.erase(element.query->sql.text());
}

void PipelineSession::end_group() {
  auto group = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (!group.request || try_again(group)) return;
  group.request->complete(std::move(group.error));
}

// Only what PostgreSQL refused before COMMIT, for a reason that lies in this session and not in the request.
bool PipelineSession::try_again(Group& group) {
  if (!group.error) return false;
  const auto& sqlstate = group.error->sqlstate();
  // A neighbour's failed transaction: ends by itself, since every neighbour fails at most once.
  const bool neighbour = sqlstate == "25P02";
  const bool stale = (sqlstate == "26000" || sqlstate == "0A000") && !std::exchange(group.request->tried_again, true);
  if (!neighbour && !stale) return false;
  group.request->reply.results.clear();
  waiting_.push_front(std::move(group.request));
  return true;
}

// ---- the end of a connection

Error PipelineSession::lost(const Group& group) const {
  const bool safe = group.request->kind == PipelineKind::read || server_said_goodbye_;
  if (group.maybe_committed || !safe)
    return Error(ErrorCode::in_doubt, "the connection broke before COMMIT was answered; it may have happened")
        .with_statement(commit.name).with_outcome(Outcome::unknown);
  return Error(ErrorCode::connection, "the connection to the database broke");
}

void PipelineSession::broken() {
  if (state_ == State::closed) return;
  link_->close();
  state_ = State::down;
  auto groups = std::exchange(in_flight_, {});
  for (auto& group : groups) {
    if (!group.request) continue;
    const bool answered = group.answered == group.elements.size() && !group.error;
    const bool refused = group.error && !group.maybe_committed;
    if (answered) group.request->complete(std::nullopt);
    else group.request->complete(refused ? *group.error : lost(group));
  }
  lost_();
  reconnect_later();
}

void PipelineSession::close() {
  if (state_ == State::closed) return;
  if (link_) broken();
  state_ = State::closed;
  retry_.cancel();
}

}  // namespace segue::pg
