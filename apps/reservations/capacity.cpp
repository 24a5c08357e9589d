#include "reservations/capacity.hpp"

#include "reservations/services.hpp"

namespace segue::reservations {

using sql::build;
using sql::Sql;

namespace {

const Sql now = R"((select clock_timestamp() at time zone 'UTC' as utc) now)"_sql;

const Sql& slot_as_json() {
  static const Sql text = build(R"(
      jsonb_build_object('day_of_week', c."dayOfWeek", 'period', c.period, 'start', c."startTime", 'end', c."endTime",
        'total_minutes', c."totalMinutes", 'active', c."isActive", 'updated_at', {}))"_sql, utc_text("c.\"updatedAt\""_sql));
  return text;
}

const Sql& limit_as_json() {
  static const Sql text = build(R"(
      jsonb_build_object('service', l."serviceType", 'daily_limit', l."dailyLimit", 'active', l."isActive", 'updated_at', {}))"_sql,
      utc_text("l.\"updatedAt\""_sql));
  return text;
}

}  // namespace

const std::vector<Field>& time_slot_fields() {
  using enum Field::Need;
  static const std::vector<Field> fields{{"day_of_week", Kind::integer, required, 0, 6},
                                         {"period", Kind::choice, required, 0, 0, {"MORNING", "AFTERNOON"}},
                                         {"start", Kind::time_of_day},
                                         {"end", Kind::time_of_day},
                                         {"total_minutes", Kind::integer, required, 1, 100'000},
                                         {"active", Kind::boolean}};
  return fields;
}

pg::Query all_time_slots() {
  return {"slots.list", build(R"(select {} from clinic_time_slots c order by c."dayOfWeek", c."startTime")"_sql, slot_as_json()), {}};
}

pg::Query upsert_time_slot(const std::string& id, const std::string& values) {
  return {"slots.set", build(R"(
      insert into clinic_time_slots as c (id, "dayOfWeek", period, "startTime", "endTime", "totalMinutes", "isActive", "createdAt", "updatedAt")
      select $1, (b ->> 'day_of_week')::integer, (b ->> 'period')::"Period", b ->> 'start', b ->> 'end', (b ->> 'total_minutes')::integer,
             (b ->> 'active')::boolean, now.utc, now.utc
      from (select $2::jsonb as b) body, {}
      on conflict ("dayOfWeek", period) do update set "startTime" = excluded."startTime", "endTime" = excluded."endTime",
        "totalMinutes" = excluded."totalMinutes", "isActive" = excluded."isActive", "updatedAt" = excluded."updatedAt"
      returning {})"_sql, now, slot_as_json()), {id, values}};
}

const std::vector<Field>& limit_fields() {
  static const std::vector<Field> fields{{"daily_limit", Kind::integer, Field::Need::required, 0, 100'000}, {"active", Kind::boolean}};
  return fields;
}

pg::Query all_limits() {
  return {"limits.list", build(R"(select {} from service_reservation_limits l order by l."serviceType")"_sql, limit_as_json()), {}};
}

pg::Query upsert_limit(const std::string& id, const std::string& service, const std::string& values) {
  return {"limits.set", build(R"(
      insert into service_reservation_limits as l (id, "serviceType", "dailyLimit", "isActive", "createdAt", "updatedAt")
      select $1, type, (b ->> 'daily_limit')::integer, (b ->> 'active')::boolean, now.utc, now.utc
      from (select $3::jsonb as b) body, unnest(enum_range(null::"ServiceType")) type, {} where type::text = $2
      on conflict ("serviceType") do update set "dailyLimit" = excluded."dailyLimit", "isActive" = excluded."isActive",
        "updatedAt" = excluded."updatedAt"
      returning {})"_sql, now, limit_as_json()), {id, service, values}};
}

}  // namespace segue::reservations
