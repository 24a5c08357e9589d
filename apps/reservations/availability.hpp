// Whether a service can still be booked on a date, in the old data model and in the new one.
// Does: one query for each model, and its answer as JSON; whatever the number of reservations, it reads the ledger's one number
//       for a slot, and counts only where there is none. Does not: send it, or reserve anything.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "reservations/booking.hpp"

namespace segue::reservations {

struct Wanted {
  std::string service, date;
  std::optional<std::string> period;
};

pg::Query availability_query(const Wanted& wanted, Variant variant);
// Nothing where no such service can be booked at all. `past`: the date has gone by, so nothing is left of it.
std::optional<boost::json::object> read_availability(const pg::Result& result, const Wanted& wanted, Variant variant, bool past);

}  // namespace segue::reservations
