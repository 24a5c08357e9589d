#include "reservations/administration.hpp"

#include <boost/json/array.hpp>

#include "base/text.hpp"

namespace segue::reservations {

namespace json = boost::json;

std::optional<std::vector<std::string>> sources_of(const std::string& status) {
  if (status == "CONFIRMED") return std::vector<std::string>{"PENDING"};
  if (status == "CANCELLED") return std::vector<std::string>{"PENDING", "CONFIRMED"};
  if (status == "COMPLETED" || status == "NO_SHOW") return std::vector<std::string>{"CONFIRMED"};
  return std::nullopt;
}

// The row is locked by the first query, so the second decides on what the first has told.
std::vector<pg::Query> change_status(const std::string& id, const std::string& status) {
  const auto sources = "{" + join(sources_of(status).value_or(std::vector<std::string>{}), ",") + "}";
  std::vector<pg::Query> queries;
  queries.push_back({"status.lock", "select status from reservations where id = $1 for update"_sql, {id}});
  queries.push_back({"status.change", R"(
      update reservations set status = $2::"ReservationStatus", "statusChangedAt" = now.utc, "updatedAt" = now.utc
      from (select clock_timestamp() at time zone 'UTC' as utc) now
      where id = $1 and status::text = any ($3::text[]))"_sql, {id, status, sources}});
  return queries;
}

StatusAnswer read_status(const std::vector<pg::Result>& results, const std::string& wanted) {
  if (results.at(0).empty()) return {StatusAnswer::Kind::not_found, {}};
  const auto before = results.at(0).text();
  if (results.at(1).affected() == 1) return {StatusAnswer::Kind::changed, wanted};
  return {before == wanted ? StatusAnswer::Kind::unchanged : StatusAnswer::Kind::refused, before};
}

pg::Query list_query(const std::string& date, int limit, Variant variant) {
  if (variant == Variant::old_model)
    return {"list.old", R"(
        select id, status, "patientName", phone, "createdAt", service, "preferredTime" from reservations
        where "preferredDate" = $1::date order by "createdAt", id limit $2::integer)"_sql, {date, limit}};
  return {"list.new", R"(
      select r.id, r.status, r."patientName", r.phone, r."createdAt", s.code, r."serviceName", r.period, r."estimatedDuration"
      from reservations r left join services s on s.id = r."serviceId"
      where r."preferredDate" = $1::date order by r."createdAt", r.id limit $2::integer)"_sql, {date, limit}};
}

json::object read_list(const pg::Result& result, const std::string& date, Variant variant) {
  const auto text = [&](int row, int column) -> json::value {
    if (result.is_null(row, column)) return nullptr;
    return json::string(result.view(row, column));
  };
  json::array list;
  for (int row = 0; row < result.rows(); ++row) {
    json::object item{{"id", text(row, 0)}, {"preferred_date", date}, {"status", text(row, 1)},
                      {"patient_name", text(row, 2)}, {"phone", text(row, 3)}, {"created_at", text(row, 4)},
                      {"service", text(row, 5)}};
    if (variant == Variant::old_model) {
      item["preferred_time"] = text(row, 6);
    } else {
      item["service_name"] = text(row, 6);
      item["period"] = text(row, 7);
      item["estimated_duration"] = result.is_null(row, 8) ? json::value(nullptr) : json::value(result.integer(row, 8));
    }
    list.push_back(std::move(item));
  }
  return {{"variant", name_of(variant)}, {"date", date}, {"count", list.size()}, {"reservations", std::move(list)}};
}

}  // namespace segue::reservations
