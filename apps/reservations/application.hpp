// The booking service behind its HTTP interface, on one thread.
// Does: route requests, decide once for each which data model serves it (a sticky flag), answer in JSON, measure.
// Does not: listen (net/http_server.hpp), hold SQL (booking.hpp, availability.hpp, administration.hpp, services.hpp, ...),
//       or share anything between threads but its Process.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/http.hpp"
#include "pg/pipeline.hpp"
#include "reservations/booking_desk.hpp"
#include "reservations/process.hpp"
#include "reservations/routes.hpp"

namespace segue::reservations {

class Application {
 public:
  using Served = reservations::Served;
  using Make = std::function<std::vector<pg::Query>(Variant)>;

  // Alone in its process.
  Application(boost::asio::io_context& io, Settings settings);
  // One thread of several, with its share of the database sessions.
  Application(boost::asio::io_context& io, std::shared_ptr<Process> process, int connections);
  boost::asio::awaitable<net::Response> handle(net::Request request);
  // Ends the database sessions; the io_context then has nothing left to do for the application.
  void close() { pool_.close(); }

  boost::asio::awaitable<Served> book(const net::Request& request);
  boost::asio::awaitable<Served> availability(const net::Request& request);

  // ---- for the handlers
  // By the variant; and once by the other, where the tables or columns of the first are gone. An empty list of
  // queries: the other cannot serve this request.
  boost::asio::awaitable<pg::PipelineReply> run_either(Variant& variant, const Make& make, pg::PipelineKind kind);
  boost::asio::awaitable<pg::PipelineReply> run(std::vector<pg::Query> queries, pg::PipelineKind kind) {
    return pool_.run(std::move(queries), kind);
  }
  Variant variant_for(const net::Request& request, std::string_view otherwise) const;
  const ClinicClock& clock() const { return clock_; }
  const Process& process() const { return *process_; }
  bool database_is_up() const { return pool_.is_connected(); }

 private:
  boost::asio::awaitable<Served> dispatch(const net::Request& request, Match match);
  std::optional<net::Response> refuse_stranger(const net::Request& request) const;
  std::optional<net::Response> refuse_haste(const net::Request& request) const;

  std::shared_ptr<Process> process_;
  ClinicClock clock_;
  pg::PipelinePool pool_;
  BookingDesk desk_;
  std::shared_ptr<Metrics> metrics_;
};

}  // namespace segue::reservations
