// Bookings, in the old data model and in the new one: as many as there are in one statement.
// Does: the queries of a booking transaction (a lock on each date, then one INSERT that holds the rule of capacity),
//       and what their answer means for each booking.
// Does not: send them (booking_desk.hpp). booking_old.cpp names old columns only, booking_new.cpp new ones only: the other
//       side is filled by the database's triggers while a migration runs.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pg/pipeline.hpp"
#include "reservations/booking_request.hpp"
#include "service/variant.hpp"

namespace segue::reservations {

using service::Variant;
using service::name_of;
using service::is_other_model;

struct Booking {
  BookingRequest request;
  std::string period;                                            // new model: MORNING or AFTERNOON
  std::string id;                                                // of the reservation it becomes; no two alike in one statement
  bool may_exist = false;                                        // the id follows from an Idempotency-Key: look for it first
};

struct BookingAnswer {
  enum class Kind {
    booked,
    repeated,                                                    // was booked before, by the same request
    mismatch,                                                    // its id belongs to a request that said something else
    invalid_service, closed, full,
    undecided                                                    // kept out only by neighbours that did not get in either: ask again
  } kind = Kind::full;
  std::string status;
  std::string time;                                              // old model
  std::string period;                                            // new model
  int minutes = 0;                                               // new model: treatment and buffer
};

// A transaction: the locks, and then the statement whose answer the second function reads, one for each booking in their order.
// Bookings of one date wait for each other, in both models, so that the statement sees all earlier ones.
std::vector<pg::Query> book(const std::vector<const Booking*>& bookings, Variant variant);
std::vector<BookingAnswer> read_bookings(const pg::Result& result, const std::vector<const Booking*>& bookings, Variant variant);

}  // namespace segue::reservations
