#include "reservations/personal_data.hpp"

#include <boost/json.hpp>

#include "reservations/booking_request.hpp"

namespace segue::reservations {

namespace json = boost::json;
using sql::build;
using sql::Sql;

namespace {

const Sql& time_column(const Columns& columns) {
  static const Sql time = R"("preferredTime")"_sql, none = "null::text"_sql;
  return columns.old_model ? time : none;
}

std::string digits_of(const std::string& phone) {
  std::string digits;
  for (const char c : phone)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

// The old side in the words the new side would choose: dual write then finds both sides equal.
Sql replaced_time(const Columns& columns) {
  if (!columns.old_model) return {};
  const auto start = columns.new_model ? R"(case r.period::text when 'AFTERNOON' then '14:00' else '09:00' end)"_sql : "'09:00'"_sql;
  return build(R"("preferredTime" = case when b.unreadable then {} else r."preferredTime" end,)"_sql, start);
}

}  // namespace

pg::Query columns_query() {
  return {"columns", R"(
      select count(*) filter (where attname in ('service', 'preferredTime')) = 2,
             count(*) filter (where attname in ('serviceId', 'serviceName', 'estimatedDuration', 'period')) = 4
      from pg_attribute where attrelid = to_regclass('reservations') and not attisdropped)"_sql, {}};
}

Columns read_columns(const pg::Result& result) { return {result.boolean(0, 0), result.boolean(0, 1)}; }

pg::Query rows_of_patient(const Patient& patient, const Columns& columns) {
  return {"erase.find", build(R"(
      select id, {}, "preferredDate" from reservations
      where translate(phone, '+-(). /', '') = $1 and ($2::date is null or "birthDate"::date = $2::date)
      order by id limit $3::integer)"_sql, time_column(columns)), {digits_of(patient.phone), patient.birth_date, erase_batch}};
}

pg::Query rows_before(const std::string& before, const Place& after, const Columns& columns) {
  return {"retention.find", build(R"(
      select id, {}, "preferredDate" from reservations
      where "preferredDate" < $1::date and ("preferredDate", id) > ($2::date, $3) and phone <> ''
      order by "preferredDate", id limit $4::integer)"_sql, time_column(columns)), {before, after.date, after.id, erase_batch}};
}

Batch read_batch(const pg::Result& result) {
  json::array ids, unreadable;
  Batch batch;
  for (int row = 0; row < result.rows(); ++row) {
    ids.push_back(json::string(result.view(row, 0)));
    const bool reads = result.is_null(row, 1) || period_of(result.view(row, 1)).has_value();
    if (!reads) unreadable.push_back(json::string(result.view(row, 0)));
    batch.last = {result.text(row, 2), result.text(row, 0)};
  }
  batch.rows = result.rows();
  batch.ids = json::serialize(ids);
  batch.unreadable = json::serialize(unreadable);
  return batch;
}

pg::Query anonymise(const Batch& batch, const Columns& columns, const std::string& today, const std::string& by) {
  const auto sql = build(R"(
      with batch as (
        select r.id, r.status in ('PENDING', 'CONFIRMED') and r."preferredDate" >= $2::date as ahead,
               r.id in (select jsonb_array_elements_text($3::jsonb)) as unreadable
        from reservations r where r.id in (select jsonb_array_elements_text($1::jsonb)) order by r.id for update
      ), erased as (
        update reservations r set "patientName" = 'erased', phone = '', email = null, "birthDate" = '1900-01-01',
          notes = null, "adminNotes" = null, {}
          status = case when b.ahead then 'CANCELLED' else r.status end,
          "statusChangedAt" = case when b.ahead then now.utc else r."statusChangedAt" end,
          "statusChangedBy" = case when b.ahead then $4 else r."statusChangedBy" end, "updatedAt" = now.utc
        from batch b, (select clock_timestamp() at time zone 'UTC' as utc) now where r.id = b.id
        returning b.ahead)
      select count(*), count(*) filter (where ahead) from erased)"_sql, replaced_time(columns));
  return {"erase.rows", sql, {batch.ids, today, batch.unreadable, by}};
}

Erased read_erased(const pg::Result& result) { return {result.integer(0, 0), result.integer(0, 1)}; }

}  // namespace segue::reservations
