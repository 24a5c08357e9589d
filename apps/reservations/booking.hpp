// One booking, in the old data model and in the new one.
// Does: the queries of a booking transaction (a lock on the date, then one INSERT that holds the rule of capacity),
//       and what their answer means.
// Does not: send them. booking_old.cpp names old columns only, booking_new.cpp new ones only: the other side is
//       filled by the database's triggers while a migration runs.
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

// Bookings of one date wait for each other, in both models, so that the next statement sees all earlier ones.
pg::Query lock_date(const std::string& date);
std::vector<pg::Query> book_old(const BookingRequest& request, const std::string& id);
std::vector<pg::Query> book_new(const BookingRequest& request, const std::string& period, const std::string& id);

struct BookingAnswer {
  enum class Kind { booked, invalid_service, closed, full } kind = Kind::full;
  std::string status;
  std::string time;                                              // old model
  std::string period;                                            // new model
  int minutes = 0;                                               // new model: treatment and buffer
};
BookingAnswer read_old_booking(const pg::Result& result);
BookingAnswer read_new_booking(const pg::Result& result);

}  // namespace segue::reservations
