#include "reservations/availability.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace segue::reservations {
namespace {

namespace json = boost::json;

pg::Query old_query(const Wanted& wanted) {
  return {"availability.old", R"(
      select l."dailyLimit", coalesce(
               (select bookings from booked_per_day b where b."preferredDate" = $2::date and b.service = l."serviceType"),
               (select count(*) from reservations r
                where r."preferredDate" = $2::date and r.service = l."serviceType" and r.status in ('PENDING', 'CONFIRMED')))
      from service_reservation_limits l where l."serviceType"::text = $1 and l."isActive")"_sql,
          {wanted.service, wanted.date}};
}

// A row for each period the clinic is open; one without a period where it is closed all day.
pg::Query new_query(const Wanted& wanted) {
  return {"availability.new", R"(
      select s."durationMinutes" + s."bufferMinutes", c.period, c."totalMinutes",
             coalesce(
               (select minutes from booked_per_period b where b."preferredDate" = $2::date and b.period = c.period),
               (select coalesce(sum(r."estimatedDuration"), 0) from reservations r
                where r."preferredDate" = $2::date and r.period = c.period and r.status in ('PENDING', 'CONFIRMED')))
      from services s
      left join clinic_time_slots c on c."dayOfWeek" = extract(dow from $2::date)::integer and c."isActive"
        and ($3::text is null or c.period::text = $3::text)
      where s.code = $1 and s."isActive" and s."deletedAt" is null
      order by c."startTime")"_sql,
          {wanted.service, wanted.date, wanted.period}};
}

void read_old(const pg::Result& result, json::object& body, bool past) {
  const auto limit = result.integer(0, 0);
  const auto remaining = past ? 0 : std::max<std::int64_t>(0, limit - result.integer(0, 1));
  body["available"] = remaining > 0;
  body["remaining"] = remaining;
  body["daily_limit"] = limit;
}

void read_new(const pg::Result& result, json::object& body, bool past) {
  const auto needed = result.integer(0, 0);
  std::int64_t most = 0;
  json::array periods;
  for (int row = 0; row < result.rows(); ++row) {
    if (result.is_null(row, 1)) continue;
    const auto remaining = past ? 0 : std::max<std::int64_t>(0, result.integer(row, 2) - result.integer(row, 3));
    most = std::max(most, remaining);
    periods.push_back(json::object{{"period", result.text(row, 1)}, {"total_minutes", result.integer(row, 2)},
                                   {"remaining_minutes", remaining}, {"available", needed <= remaining}});
  }
  body["available"] = !periods.empty() && needed <= most;
  body["remaining"] = most;
  body["estimated_duration"] = needed;
  if (periods.empty()) body["reason"] = "closed";
  body["periods"] = std::move(periods);
}

}  // namespace

pg::Query availability_query(const Wanted& wanted, Variant variant) {
  return variant == Variant::old_model ? old_query(wanted) : new_query(wanted);
}

std::optional<json::object> read_availability(const pg::Result& result, const Wanted& wanted, Variant variant, bool past) {
  if (result.empty()) return std::nullopt;
  json::object body{{"variant", name_of(variant)}, {"service", wanted.service}, {"date", wanted.date}};
  if (variant == Variant::old_model) read_old(result, body, past);
  else read_new(result, body, past);
  if (past) body["reason"] = "past";
  return body;
}

}  // namespace segue::reservations
