// What booking_old.cpp and booking_new.cpp make their statements of. Not for others.
#pragma once
#include <functional>

#include "reservations/booking.hpp"

namespace segue::reservations {

using Bookings = std::vector<const Booking*>;

// The INSERTs of one path.
pg::Query insert_old(const Bookings& bookings);
pg::Query insert_new(const Bookings& bookings);

// PostgreSQL's text form of an array: one element of each booking; null pointer: NULL.
std::string array_of(const Bookings& bookings, const std::function<const std::string*(const Booking&)>& element);
// Parameters $1 to $10, which both paths have: id, name, phone, email, birth date, gender, treatment type, service, date, notes;
// and $11: whether the id may exist.
pg::Params common_arrays(const Bookings& bookings);
// What the old model stores as the wish for a time.
std::string time_of(const BookingRequest& request);

}  // namespace segue::reservations
