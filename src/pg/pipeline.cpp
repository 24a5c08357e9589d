#include "pg/pipeline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "pg/pipeline_session.hpp"

namespace segue::pg {

struct PipelinePool::State {
  State(boost::asio::io_context& io_, PipelineOptions options_) : io(io_), options(std::move(options_)) {}

  bool any(PipelineSession::State wanted) const {
    return std::any_of(sessions.begin(), sessions.end(), [&](const auto& s) { return s->state() == wanted; });
  }
  bool hopeless() const {
    return !any(PipelineSession::State::connected) && !any(PipelineSession::State::connecting);
  }
  void session_lost();

  boost::asio::io_context& io;
  PipelineOptions options;
  std::deque<Pending> waiting;
  std::vector<std::shared_ptr<PipelineSession>> sessions;
};

namespace {

Error unreachable() {
  return Error(ErrorCode::connection, "the database cannot be reached", "check that the server runs");
}

}  // namespace

void PipelinePool::State::session_lost() {
  if (!hopeless()) {
    for (const auto& session : sessions) session->pump();
    return;
  }
  for (const auto& request : std::exchange(waiting, {})) request->complete(unreachable());
}

PipelinePool::PipelinePool(boost::asio::io_context& io, PipelineOptions options)
    : state_(std::make_shared<State>(io, std::move(options))) {
  for (int i = 0; i < std::max(1, state_->options.sessions); ++i)
    state_->sessions.push_back(std::make_shared<PipelineSession>(
        io, state_->options, state_->waiting, [state = state_.get()] { state->session_lost(); }));
  for (const auto& session : state_->sessions) session->connect();
}

PipelinePool::~PipelinePool() { close(); }

boost::asio::awaitable<PipelineReply> PipelinePool::run(std::vector<Query> queries, PipelineKind kind) {
  const auto state = state_;  // the pool may be closed while this one waits
  auto request = std::make_shared<PendingRequest>(state->io, std::move(queries), kind);
  if (state->hopeless()) {
    request->complete(unreachable());
    co_return std::move(request->reply);
  }
  state->waiting.push_back(request);
  const auto free = std::min_element(state->sessions.begin(), state->sessions.end(), [](const auto& a, const auto& b) {
    const bool ready_a = a->state() == PipelineSession::State::connected;
    const bool ready_b = b->state() == PipelineSession::State::connected;
    return ready_a != ready_b ? ready_a : a->in_flight() < b->in_flight();
  });
  (*free)->pump();
  if (!request->done) co_await request->finished.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (!request->done) request->complete(unreachable());
  co_return std::move(request->reply);
}

bool PipelinePool::is_connected() const { return state_->any(PipelineSession::State::connected); }

std::size_t PipelinePool::in_flight() const {
  std::size_t sum = state_->waiting.size();
  for (const auto& session : state_->sessions) sum += session->in_flight();
  return sum;
}

void PipelinePool::close() {
  for (const auto& session : state_->sessions) session->close();
}

}  // namespace segue::pg
