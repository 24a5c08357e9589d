// A service behind its HTTP interface, on one thread; an application derives from it.
// Does: route requests, let in who may call, measure, turn what goes wrong into an answer; run queries, by one data model or by
//       the other. Does not: listen (net/http_server.hpp), hold SQL, or share anything between threads but its Process.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/http.hpp"
#include "pg/pipeline.hpp"
#include "service/local_clock.hpp"
#include "service/process.hpp"
#include "service/routes.hpp"
#include "service/variant.hpp"

namespace segue::service {

class Service {
 public:
  using Make = std::function<std::vector<pg::Query>(Variant)>;

  // One thread of several, with its share of the database sessions.
  Service(boost::asio::io_context& io, std::shared_ptr<Process> process, int connections);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;
  boost::asio::awaitable<net::Response> handle(net::Request request);
  // Ends the database sessions; the io_context then has nothing left to do for the service.
  void close() { pool_.close(); }

  // ---- for the handlers
  // By the variant; and once by the other, where the tables or columns of the first are gone. An empty list of
  // queries: the other cannot serve this request.
  boost::asio::awaitable<pg::PipelineReply> run_either(Variant& variant, const Make& make, pg::PipelineKind kind);
  boost::asio::awaitable<pg::PipelineReply> run(std::vector<pg::Query> queries, pg::PipelineKind kind) {
    return pool_.run(std::move(queries), kind);
  }
  // By a sticky flag; `otherwise` stands for the client where X-Client-Id names none.
  Variant variant_for(std::string_view flag_key, const net::Request& request, std::string_view otherwise) const;
  const LocalClock& clock() const { return clock_; }
  const Process& process() const { return *process_; }
  bool database_is_up() const { return pool_.is_connected(); }

 protected:
  // Whether the caller of a route with Access::bearer may go on, and who it is (Call::by); else the answer.
  // Here: one token for all, and a name in X-Admin.
  virtual std::optional<net::Response> admit(Call& call) const;
  pg::PipelinePool& pool() { return pool_; }
  Metrics& metrics() { return *metrics_; }
  // This process seems not to have heard of a change yet.
  void reread_flags();

 private:
  boost::asio::awaitable<Served> dispatch(const net::Request& request, Match match);
  std::optional<net::Response> refuse_haste(const net::Request& request) const;

  std::shared_ptr<Process> process_;
  LocalClock clock_;
  pg::PipelinePool pool_;
  std::shared_ptr<Metrics> metrics_;
};

}  // namespace segue::service
