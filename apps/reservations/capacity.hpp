// How much the clinic can take: minutes of each period of the week (new model), bookings of a day (old model).
// Does: the queries that list and set them. Does not: touch reservations; a smaller capacity cancels nothing.
#pragma once
#include <string>
#include <vector>

#include "pg/pipeline.hpp"
#include "service/body.hpp"

namespace segue::reservations {

using service::Field;
using service::Kind;

const std::vector<Field>& time_slot_fields();
pg::Query all_time_slots();
pg::Query upsert_time_slot(const std::string& id, const std::string& values);

const std::vector<Field>& limit_fields();
pg::Query all_limits();
// No row where the old model has no such service type.
pg::Query upsert_limit(const std::string& id, const std::string& service, const std::string& values);

}  // namespace segue::reservations
