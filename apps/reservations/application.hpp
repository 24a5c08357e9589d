// The booking service on one thread.
// Does: what the handlers of bookings and availability share. Does not: hold SQL (booking.hpp, availability.hpp,
//       administration.hpp, services.hpp, ...), or know HTTP beyond requests and answers (service/service.hpp).
#pragma once
#include "reservations/booking_desk.hpp"
#include "reservations/program.hpp"
#include "service/service.hpp"

namespace segue::reservations {

using namespace service;  // the application is written in the words of its foundation

class Application : public service::Service {
 public:
  using Served = service::Served;

  // Alone in its process.
  Application(boost::asio::io_context& io, const Settings& settings)
      : Application(io, std::make_shared<service::Process>(program(), settings), settings.connections) {}
  Application(boost::asio::io_context& io, std::shared_ptr<service::Process> process, int connections)
      : Service(io, std::move(process), connections), desk_(io, pool()) {}

  boost::asio::awaitable<Served> book(const net::Request& request);
  boost::asio::awaitable<Served> availability(const net::Request& request);

  // ---- for the handlers
  Variant variant_for(const net::Request& request, std::string_view otherwise) const {
    return Service::variant_for(flag_key(), request, otherwise);
  }

 private:
  BookingDesk desk_;
};

}  // namespace segue::reservations
