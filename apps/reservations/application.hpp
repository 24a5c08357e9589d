// The booking service behind its HTTP interface.
// Does: route requests, decide once for each which data model serves it (a sticky flag), answer in JSON, measure.
// Does not: listen (net/http_server.hpp) or hold SQL (booking.hpp, availability.hpp, administration.hpp).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "net/http.hpp"
#include "pg/pipeline.hpp"
#include "reservations/booking_desk.hpp"
#include "reservations/serve_metrics.hpp"
#include "rollout/flag_client.hpp"

namespace segue::reservations {

struct Settings {
  std::string database;
  int connections = 4;
  std::string token;                                             // empty: nobody is an administrator
  std::string clinic_zone = "Asia/Seoul";
  std::string instance = "reservations";
};

class Application {
 public:
  Application(boost::asio::io_context& io, Settings settings);
  boost::asio::awaitable<net::Response> handle(net::Request request);
  // Ends the database sessions; the io_context then has nothing left to do for the application.
  void close() { pool_.close(); }

 private:
  struct Served { net::Response response; std::string_view variant = "none"; };
  enum class Route { book, availability, status, list, health, metrics, preflight };
  struct Found { Route route; std::string_view name, allow; std::string id; };
  using Make = std::function<std::vector<pg::Query>(Variant)>;

  static std::optional<Found> find(const net::Request& request);
  boost::asio::awaitable<Served> dispatch(const net::Request& request, const Found& found);
  boost::asio::awaitable<Served> book(const net::Request& request);
  boost::asio::awaitable<Served> availability(const net::Request& request);
  boost::asio::awaitable<Served> change(const net::Request& request, const std::string& id);
  boost::asio::awaitable<Served> list(const net::Request& request);
  boost::asio::awaitable<Served> health();
  boost::asio::awaitable<pg::PipelineReply> run_either(Variant& variant, const Make& make, pg::PipelineKind kind);
  Variant variant_for(const net::Request& request, std::string_view otherwise) const;
  std::optional<net::Response> refuse_stranger(const net::Request& request) const;

  Settings settings_;
  ClinicClock clock_;
  rollout::FlagClient flags_;
  std::string flag_key_;
  pg::PipelinePool pool_;
  BookingDesk desk_;
  Metrics metrics_;
};

}  // namespace segue::reservations
