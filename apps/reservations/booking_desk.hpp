// Group commit: bookings that wait while a transaction is on its way share the next one.
// Does: send a lone booking at once; answer each booking of a shared transaction by itself; send again in smaller parts what a
//       neighbour made fail, so that a fault hits its own booking only; send again what lost a deadlock.
// Does not: choose the path, or wait for company. Lives on the one thread that runs the io_context.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "reservations/booking.hpp"

namespace segue::reservations {

// Exactly one of the two.
struct BookingReply {
  std::optional<BookingAnswer> answer;
  std::optional<Error> error;                                    // in_doubt: the reservation may have been made
};

class BookingDesk {
 public:
  static constexpr std::size_t largest = 256;                    // bookings in one transaction

  // The pool must live as long as the io_context runs.
  BookingDesk(boost::asio::io_context& io, pg::PipelinePool& pool);
  boost::asio::awaitable<BookingReply> book(Booking booking, Variant variant);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace segue::reservations
