#include "reservations/administration.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "reservations/services.hpp"

namespace segue::reservations {

namespace json = boost::json;
using sql::build;
using sql::Sql;

namespace {

// What only one of the models has.
const Sql old_columns = R"('service', r.service, 'preferred_time', r."preferredTime")"_sql;
const Sql new_columns = R"('service', s.code, 'service_name', r."serviceName", 'period', r.period, 'estimated_duration', r."estimatedDuration")"_sql;
const Sql old_from = "reservations r"_sql;
const Sql new_from = R"(reservations r left join services s on s.id = r."serviceId")"_sql;

}  // namespace

std::optional<std::vector<std::string>> sources_of(const std::string& status) {
  if (status == "CONFIRMED") return std::vector<std::string>{"PENDING"};
  if (status == "CANCELLED") return std::vector<std::string>{"PENDING", "CONFIRMED"};
  if (status == "COMPLETED" || status == "NO_SHOW") return std::vector<std::string>{"CONFIRMED"};
  return std::nullopt;
}

// The row is locked by the first query, so the second decides on what the first has told.
std::vector<pg::Query> change_status(const std::string& id, const std::string& status, const std::string& by) {
  const auto sources = "{" + join(sources_of(status).value_or(std::vector<std::string>{}), ",") + "}";
  std::vector<pg::Query> queries;
  queries.push_back({"status.lock", "select status from reservations where id = $1 for update"_sql, {id}});
  queries.push_back({"status.change", R"(
      update reservations set status = $2::"ReservationStatus", "statusChangedAt" = now.utc, "statusChangedBy" = $4, "updatedAt" = now.utc
      from (select clock_timestamp() at time zone 'UTC' as utc) now
      where id = $1 and status::text = any ($3::text[]))"_sql, {id, status, sources, by}});
  return queries;
}

StatusAnswer read_status(const std::vector<pg::Result>& results, const std::string& wanted) {
  if (results.at(0).empty()) return {StatusAnswer::Kind::not_found, {}};
  const auto before = results.at(0).text();
  if (results.at(1).affected() == 1) return {StatusAnswer::Kind::changed, wanted};
  return {before == wanted ? StatusAnswer::Kind::unchanged : StatusAnswer::Kind::refused, before};
}

std::optional<std::pair<std::string, std::string>> read_cursor(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  const auto bar = text.find('_');
  if (bar != shape.size() || text.size() == bar + 1) return std::nullopt;
  const auto moment = text.substr(0, bar);
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '0' ? moment[i] < '0' || moment[i] > '9' : moment[i] != shape[i]) return std::nullopt;
  if (!read_date(moment.substr(0, 10)) || moment.substr(11, 2) > "23" || moment.substr(14, 2) > "59" || moment.substr(17, 2) > "59")
    return std::nullopt;
  return std::pair(std::string(moment), std::string(text.substr(bar + 1)));
}

// One row more than the page holds tells whether there is another page.
pg::Query list_query(const Page& page, Variant variant) {
  const bool old = variant == Variant::old_model;
  const auto sql = build(R"(
      select jsonb_build_object('id', r.id, 'preferred_date', r."preferredDate", 'status', r.status, 'patient_name', r."patientName",
                                'phone', r.phone, 'created_at', {}, {})
      from {}
      where r."preferredDate" = $1::date and ($2::text is null or r.status::text = $2)
        and ($3::text is null or (r."createdAt", r.id) > ($3::timestamp, $4::text))
      order by r."createdAt", r.id limit $5::integer + 1)"_sql,
      utc_text("r.\"createdAt\""_sql), old ? old_columns : new_columns, old ? old_from : new_from);
  std::optional<std::string> moment, id;
  if (page.after) std::tie(moment, id) = *page.after;
  return {old ? "list.old" : "list.new", sql, {page.date, page.status, moment, id, page.limit}};
}

json::object read_list(const pg::Result& result, const Page& page, Variant variant) {
  json::array list;
  json::value next;
  for (int row = 0; row < result.rows() && row < page.limit; ++row) list.push_back(json::parse(result.text(row, 0)));
  if (result.rows() > page.limit) {
    const auto& last = list.back().as_object();
    next = std::string(last.at("created_at").as_string()) + "_" + std::string(last.at("id").as_string());
  }
  return {{"variant", name_of(variant)}, {"date", page.date}, {"count", list.size()}, {"reservations", std::move(list)},
          {"next_cursor", std::move(next)}};
}

pg::Query reservation_query(const std::string& id, Variant variant) {
  const bool old = variant == Variant::old_model;
  return {old ? "reservation.old" : "reservation.new", build(R"(
      select jsonb_build_object('id', r.id, 'status', r.status, 'patient_name', r."patientName", 'phone', r.phone, 'email', r.email,
        'birth_date', to_char(r."birthDate", 'YYYY-MM-DD'), 'gender', r.gender, 'treatment_type', r."treatmentType",
        'preferred_date', r."preferredDate", 'notes', r.notes, 'admin_notes', r."adminNotes", 'created_at', {}, 'updated_at', {},
        'status_changed_at', {}, 'status_changed_by', r."statusChangedBy", {})
      from {} where r.id = $1)"_sql,
      utc_text("r.\"createdAt\""_sql), utc_text("r.\"updatedAt\""_sql), utc_text("r.\"statusChangedAt\""_sql),
      old ? old_columns : new_columns, old ? old_from : new_from), {id}};
}

}  // namespace segue::reservations
