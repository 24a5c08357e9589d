#include "reservations/services.hpp"

#include "base/text.hpp"

namespace segue::reservations {

using sql::build;
using sql::Sql;

namespace {

// Milliseconds, because that is what the columns keep; a change in the same one still gets another updated_at.
const Sql now = R"((select date_trunc('milliseconds', clock_timestamp() at time zone 'UTC') as utc) now)"_sql;
const Sql bumped = R"(greatest(now.utc, s."updatedAt" + interval '1 millisecond'))"_sql;
const Sql active = R"((s."isActive" and s."deletedAt" is null))"_sql;

const Sql& as_json() {
  static const Sql text = build(R"(
      jsonb_build_object('code', s.code, 'name', s.name, 'name_en', s."nameEn", 'description', s.description, 'category', s.category,
        'duration_minutes', s."durationMinutes", 'buffer_minutes', s."bufferMinutes", 'base_price', s."basePrice",
        'is_visible', s."isVisible", 'is_active', {}, 'display_order', s."displayOrder",
        'created_at', {}, 'updated_at', {}, 'retired_at', {}))"_sql,
      active, utc_text("s.\"createdAt\""_sql), utc_text("s.\"updatedAt\""_sql), utc_text("s.\"deletedAt\""_sql));
  return text;
}

const Sql& unchanged() {
  static const Sql text = build("($2::text is null or $2::text = {})"_sql, utc_text("s.\"updatedAt\""_sql));
  return text;
}

pg::Query exists(const std::string& code) { return {"service.exists", "select 1 from services where code = $1"_sql, {code}}; }

}  // namespace

Sql utc_text(const Sql& column) { return build(R"(to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))"_sql, column); }

const std::vector<Field>& service_fields(bool with_code) {
  using enum Field::Need;
  constexpr std::int64_t most_price = 2'147'483'647;
  static const std::vector<Field> changeable{
      {"name", Kind::text, required, 1, 200},           {"name_en", Kind::text, nullable, 1, 200},
      {"description", Kind::text, nullable, 1, 4000},   {"category", Kind::text, nullable, 1, 100},
      {"duration_minutes", Kind::integer, required, 1, 1440}, {"buffer_minutes", Kind::integer, optional, 0, 1440},
      {"base_price", Kind::integer, nullable, 0, most_price}, {"is_visible", Kind::boolean, optional}};
  static const std::vector<Field> all = [] {
    auto fields = changeable;
    fields.insert(fields.begin(), {"code", Kind::code, required});
    return fields;
  }();
  return with_code ? all : changeable;
}

pg::Query offered_services(Variant variant) {
  if (variant == Variant::old_model)
    return {"services.old", R"(
        select jsonb_build_object('code', "serviceType") from service_reservation_limits
        where "isActive" and "dailyLimit" > 0 order by "serviceType")"_sql, {}};
  return {"services.new", R"(
      select jsonb_build_object('code', code, 'name', name, 'name_en', "nameEn", 'description', description, 'category', category,
        'duration_minutes', "durationMinutes", 'base_price', "basePrice")
      from services where "isActive" and "isVisible" and "deletedAt" is null order by "displayOrder", code)"_sql, {}};
}

pg::Query all_services(bool with_retired) {
  return {"service.list", build(R"(select {} from services s where $1::boolean or {} order by s."displayOrder", s.code)"_sql, as_json(), active),
          {with_retired}};
}

pg::Query one_service(const std::string& code) {
  return {"service.show", build("select {} from services s where s.code = $1"_sql, as_json()), {code}};
}

pg::Query insert_service(const std::string& id, const std::string& values) {
  return {"service.create", build(R"(
      insert into services as s (id, code, name, "nameEn", description, category, "durationMinutes", "bufferMinutes", "basePrice",
                                 "isActive", "isVisible", "displayOrder", "createdAt", "updatedAt")
      select $1, b ->> 'code', b ->> 'name', b ->> 'name_en', b ->> 'description', b ->> 'category', (b ->> 'duration_minutes')::integer,
             coalesce((b ->> 'buffer_minutes')::integer, 10), (b ->> 'base_price')::integer, true,
             coalesce((b ->> 'is_visible')::boolean, true), (select coalesce(max("displayOrder"), 0) + 1 from services), now.utc, now.utc
      from (select $2::jsonb as b) body, {}
      on conflict (code) do nothing returning {})"_sql, now, as_json()), {id, values}};
}

std::vector<pg::Query> update_service(const std::string& code, const std::string& values, const std::optional<std::string>& unless_changed) {
  return {{"service.change", build(R"(
      update services s set
        name = case when b ? 'name' then b ->> 'name' else s.name end,
        "nameEn" = case when b ? 'name_en' then b ->> 'name_en' else s."nameEn" end,
        description = case when b ? 'description' then b ->> 'description' else s.description end,
        category = case when b ? 'category' then b ->> 'category' else s.category end,
        "durationMinutes" = case when b ? 'duration_minutes' then (b ->> 'duration_minutes')::integer else s."durationMinutes" end,
        "bufferMinutes" = case when b ? 'buffer_minutes' then (b ->> 'buffer_minutes')::integer else s."bufferMinutes" end,
        "basePrice" = case when b ? 'base_price' then (b ->> 'base_price')::integer else s."basePrice" end,
        "isVisible" = case when b ? 'is_visible' then (b ->> 'is_visible')::boolean else s."isVisible" end,
        "updatedAt" = {}
      from (select $3::jsonb as b) body, {} where s.code = $1 and {} returning {})"_sql, bumped, now, unchanged(), as_json()),
      {code, unless_changed, values}}, exists(code)};
}

// Twice the same is once: a retired service keeps the moment it was retired.
std::vector<pg::Query> set_retired(const std::string& code, Retired retired, const std::optional<std::string>& unless_changed) {
  return {{"service.retire", build(R"(
      update services s set "isActive" = not $3::boolean,
        "deletedAt" = case when $3::boolean then coalesce(s."deletedAt", now.utc) end,
        "updatedAt" = case when {} is distinct from $3::boolean then s."updatedAt" else {} end
      from {} where s.code = $1 and {} returning {})"_sql, active, bumped, now, unchanged(), as_json()),
      {code, unless_changed, retired == Retired::yes}}, exists(code)};
}

// The codes cannot be in need of quotes: Kind::codes saw to it.
std::vector<pg::Query> reorder_services(const std::vector<std::string>& codes) {
  const auto list = "{" + join(codes, ",") + "}";
  return {{"service.order_lock", build("select s.code from services s where {} order by s.code for update"_sql, active), {}},
          {"service.order", build(R"(
      with wanted as (select code, place from unnest($1::text[]) with ordinality as list (code, place)),
      changed as (
        update services s set "displayOrder" = wanted.place, "updatedAt" = {}
        from wanted, {}
        where s.code = wanted.code and (select array_agg(code order by code) from wanted) =
              (select array_agg(s.code order by s.code) from services s where {})
        returning s.*)
      select {} from changed s order by s."displayOrder")"_sql, bumped, now, active, as_json()), {list}}};
}

}  // namespace segue::reservations
