// Asynchronous PostgreSQL for Asio coroutines: a pool of sessions in libpq's pipeline mode.
// Does: send a whole transaction in one round trip, keep several requests in flight on each session, prepare
//       statements as they are first used, connect again with back-off after a break.
// Does not: throw for what the database says (an Error is part of the reply), or stream large results; nor share
//       itself between threads: all of it lives on the one thread that runs the io_context.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pg/connection.hpp"

namespace segue::pg {

// `name` appears in errors; the statement is prepared once a session, known by its text.
struct Query {
  std::string name;
  Sql sql;
  Params params;
};

// transaction: BEGIN; the queries; COMMIT. read: the queries alone, none of them writes.
enum class PipelineKind { read, transaction };

// Exactly one of the two: a result for each query, or what stopped them (then nothing was done, unless the
// error is `in_doubt`).
struct PipelineReply {
  std::vector<Result> results;
  std::optional<Error> error;
};

struct PipelineOptions {
  std::string url;
  Session session;
  int sessions = 4;
  int depth = 16;                                                // requests in flight on one session
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds longest_backoff{500};
};

class PipelinePool {
 public:
  PipelinePool(boost::asio::io_context& io, PipelineOptions options);
  PipelinePool(const PipelinePool&) = delete;
  PipelinePool& operator=(const PipelinePool&) = delete;
  ~PipelinePool();

  // Waits for a place in a session. Without any session: Error{connection} at once; in flight at a break:
  // Error{connection}, or Error{in_doubt} where COMMIT may have been carried out.
  boost::asio::awaitable<PipelineReply> run(std::vector<Query> queries, PipelineKind kind);

  bool is_connected() const;
  std::size_t in_flight() const;
  // Ends all sessions; what is in flight gets its Error. The io_context then has nothing left to do for the pool.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace segue::pg
