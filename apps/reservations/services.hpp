// What can be booked, as rows that administrators edit (the new data model), and as patients see it in both.
// Does: the queries; rows come back as JSON text made by the database. Does not: send them or check who asks.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reservations/booking.hpp"
#include "service/body.hpp"

namespace segue::reservations {

using service::Field;
using service::Kind;

// A timestamp column as RFC 3339 text; the columns hold UTC.
sql::Sql utc_text(const sql::Sql& column);

const std::vector<Field>& service_fields(bool with_code);

// For patients: what is active and visible; in the old model every service type with a limit above zero.
pg::Query offered_services(Variant variant);

pg::Query all_services(bool with_retired);
pg::Query one_service(const std::string& code);
// No row where the code is taken.
pg::Query insert_service(const std::string& id, const std::string& values);
// Two results: the row as it is now, or none; and whether the code exists. `unless_changed`: the updated_at that the
// caller has seen; another one, and nothing is done.
std::vector<pg::Query> update_service(const std::string& code, const std::string& values, const std::optional<std::string>& unless_changed);
enum class Retired { yes, no };
std::vector<pg::Query> set_retired(const std::string& code, Retired retired, const std::optional<std::string>& unless_changed);
// Two results: the codes that have to be in the list, and the rows in their new order; none where the list is another.
std::vector<pg::Query> reorder_services(const std::vector<std::string>& codes);

}  // namespace segue::reservations
