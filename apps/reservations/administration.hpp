// What the clinic's staff does with reservations: change the status of one, read one, list a day.
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
// `by`: the name that is kept with the change.
std::vector<pg::Query> change_status(const std::string& id, const std::string& status, const std::string& by);

struct StatusAnswer {
  enum class Kind { changed, unchanged, refused, not_found } kind;
  std::string status;                                            // as it is now
};
StatusAnswer read_status(const std::vector<pg::Result>& results, const std::string& wanted);

// A page of a day in the order of booking; it begins behind `after`, the place of the last one on the page before.
struct Page {
  std::string date;
  std::optional<std::string> status;
  std::optional<std::pair<std::string, std::string>> after;      // created_at, id
  int limit = 100;
};
std::optional<std::pair<std::string, std::string>> read_cursor(std::string_view text);
pg::Query list_query(const Page& page, Variant variant);
boost::json::object read_list(const pg::Result& result, const Page& page, Variant variant);

// The whole reservation as JSON; no row where there is none.
pg::Query reservation_query(const std::string& id, Variant variant);

}  // namespace segue::reservations
