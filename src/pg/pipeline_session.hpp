// One session of a PipelinePool: sends requests as groups that end in a Sync, and matches the answers to them.
// Does: BEGIN and COMMIT around a transaction, lazy prepare, a ROLLBACK behind a failed group, another try for what
//       certainly was not done (a plan that went stale, a group that met its neighbour's failed transaction).
// Does not: choose among sessions (pipeline.cpp).
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <unordered_map>

#include "pg/async_link.hpp"
#include "pg/pipeline.hpp"

namespace segue::pg {

// A request on its way; whoever waits for it sleeps on `finished`.
struct PendingRequest {
  PendingRequest(boost::asio::io_context& io, std::vector<Query> queries_, PipelineKind kind_)
      : queries(std::move(queries_)), kind(kind_), finished(io, boost::asio::steady_timer::time_point::max()) {}
  void complete(std::optional<Error> error);

  std::vector<Query> queries;
  PipelineKind kind;
  PipelineReply reply;
  bool tried_again = false, done = false;
  boost::asio::steady_timer finished;
};
using Pending = std::shared_ptr<PendingRequest>;

class PipelineSession : public std::enable_shared_from_this<PipelineSession> {
 public:
  enum class State { connecting, connected, down, closed };
  // `waiting` is shared by the pool's sessions; `lost` is called when this one is down.
  PipelineSession(boost::asio::io_context& io, const PipelineOptions& options, std::deque<Pending>& waiting,
                  std::function<void()> lost);
  void connect();
  void pump();                                                   // takes waiting requests while there is room
  void close();
  State state() const { return state_; }
  std::size_t in_flight() const { return in_flight_.size(); }

 private:
  // What was sent between two Syncs, and how far the answers have come.
  enum class Kind { execute, prepare, prepare_once };
  struct Element { const Query* query; Kind kind; bool own; };    // own: asked for by the request, unlike BEGIN
  struct Group {
    Pending request;                                             // null: the session's own housekeeping
    std::vector<Element> elements;
    std::size_t answered = 0;
    std::optional<Error> error;
    bool maybe_committed = false;                                // COMMIT was answered by the session's end
  };

  void connected();
  void reconnect_later();
  void read();
  void flush();
  void take_results();
  void take(pg_result* result);
  void take_error(Group& group, const Element& element, const pg_result* result);
  void end_group();
  bool send(Pending request);
  bool append(Group& group, const Query& query, bool own);
  void note_prepared(const Element& element, bool done);
  void send_rollback();
  bool try_again(Group& group);
  Error lost(const Group& group) const;
  void broken();

  boost::asio::io_context& io_;
  const PipelineOptions& options_;
  std::deque<Pending>& waiting_;
  std::function<void()> lost_;
  std::shared_ptr<AsyncLink> link_;
  State state_ = State::connecting;
  std::deque<Group> in_flight_;
  // By SQL text. Until the server has confirmed it, other requests prepare the statement for themselves, unnamed:
  // the one that names it may yet be skipped behind a failed transaction.
  struct Prepared { std::string name; bool confirmed; };
  std::unordered_map<std::string, Prepared> prepared_;
  std::uint64_t names_ = 0;
  bool waits_to_write_ = false;
  bool server_said_goodbye_ = false;                             // FATAL: nothing sent later was carried out
  boost::asio::steady_timer retry_;
  std::chrono::milliseconds backoff_{0};
  std::minstd_rand random_;
};

}  // namespace segue::pg
