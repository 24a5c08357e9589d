// What the clinic's staff does: change the status of a reservation, list a day.
// Does: the queries and what their answers mean. Does not: send them or check who asks.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reservations/booking.hpp"

namespace segue::reservations {

// Nothing for a status that cannot be set; else those from which it can be reached. Cancelled, completed and
// missed reservations stay what they are, so a place once given back is never taken back.
std::optional<std::vector<std::string>> sources_of(const std::string& status);
std::vector<pg::Query> change_status(const std::string& id, const std::string& status);

struct StatusAnswer {
  enum class Kind { changed, unchanged, refused, not_found } kind;
  std::string status;                                            // as it is now
};
StatusAnswer read_status(const std::vector<pg::Result>& results, const std::string& wanted);

pg::Query list_query(const std::string& date, int limit, Variant variant);
boost::json::object read_list(const pg::Result& result, const std::string& date, Variant variant);

}  // namespace segue::reservations
