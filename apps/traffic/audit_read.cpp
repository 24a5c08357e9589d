#include "traffic/audit_read.hpp"

#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::traffic {
namespace {

using sql::Ident;
using sql::QualifiedName;
using sql::Sql;

std::set<std::string> columns_of(pg::Connection& db, const std::string& table) {
  std::set<std::string> columns;
  const auto found = db.run("audit.columns",
                            "select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped"_sql,
                            {sql::quote_identifier(table)});
  for (int i = 0; i < found.rows(); ++i) columns.insert(found.text(i, 0));
  return columns;
}

std::string array_of(const std::set<std::string>& values) {
  std::vector<std::string> quoted;
  for (const auto& value : values) quoted.push_back('"' + replace_all(replace_all(value, "\\", "\\\\"), "\"", "\\\"") + '"');
  return "{" + join(quoted, ",") + "}";
}

// The code of the row's service: as the old rule counts it, while there is an old column.
Sql service_of(const std::set<std::string>& columns, bool services) {
  std::vector<Sql> sources;
  for (const std::string name : {"service", "service__retired"})
    if (columns.contains(name)) sources.push_back(sql::build("r.{}::text"_sql, Ident{name}));
  if (services) sources.push_back("s.code"_sql);
  return sql::build("coalesce({})"_sql, sources.empty() ? "''"_sql : sql::join(sources, ", "_sql));
}

Sql time_of(const std::set<std::string>& columns) {
  for (const std::string name : {"preferredTime", "preferredTime__retired"})
    if (columns.contains(name)) return sql::build("coalesce(r.{}, '')"_sql, Ident{name});
  return "''"_sql;
}

// Three ways in: by id, by date (who was there before), by time (whom nobody asked for).
std::vector<Row> read_rows(pg::Connection& db, const Record& record, const std::set<std::string>& columns) {
  const bool services = columns.contains("serviceId") && columns_of(db, "services").contains("code");
  std::set<std::string> ids, dates;
  for (const auto& [id, told] : record.bookings) {
    ids.insert(id);
    dates.insert(told.asked.date);
  }
  const auto found = db.run("audit.rows", sql::build(
      R"(select r.id, r.status::text, to_char(r."preferredDate", 'YYYY-MM-DD'), coalesce({}, ''), {}, {},
                floor(extract(epoch from r."createdAt") * 1000)::bigint,
                case when r.id = any ($1::text[]) then {} else '' end
           from reservations r {}
          where r.id = any ($1::text[]) or r."preferredDate" = any ($2::date[])
             or r."createdAt" >= timestamp '1970-01-01' + $3::bigint * interval '1 millisecond')"_sql,
      service_of(columns, services),
      columns.contains("period") ? "coalesce(r.period::text, '')"_sql : "''"_sql,
      columns.contains("estimatedDuration") ? "coalesce(r.\"estimatedDuration\", 0)"_sql : "0"_sql,
      time_of(columns), services ? "left join services s on s.id = r.\"serviceId\""_sql : ""_sql),
      {array_of(ids), array_of(dates), record.lines == 0 ? INT64_MAX / 1'000'000 : record.first.time_since_epoch().count()});
  std::vector<Row> rows;
  for (int i = 0; i < found.rows(); ++i)
    rows.push_back({found.text(i, 0), found.text(i, 1), found.text(i, 2), found.text(i, 3), found.text(i, 4),
                    found.text(i, 7), found.integer(i, 5), found.integer(i, 6)});
  return rows;
}

std::optional<QualifiedName> find_limits(pg::Connection& db) {
  const auto found = db.run("audit.find_limits",
      R"(select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and (c.oid = to_regclass('service_reservation_limits')
             or c.oid = to_regclass('service_reservation_limits__retired')
             or (n.nspname = 'segue_archive' and (c.relname like '%service\_reservation\_limits%' or exists
                  (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'dailyLimit'))))
          order by n.nspname = 'segue_archive', c.oid desc limit 1)"_sql);
  if (found.empty()) return std::nullopt;
  return QualifiedName{found.text(0, 0), found.text(0, 1)};
}

// An archive may hold the old values as columns of its own or inside one JSON column.
std::optional<std::map<std::string, std::int64_t>> read_limits(pg::Connection& db) {
  const auto table = find_limits(db);
  if (!table) return std::nullopt;
  const auto found = db.run("audit.limits", sql::build(
      R"(select jsonb_path_query_first(to_jsonb(t), 'strict $.**.serviceType') #>> '{{}}',
                jsonb_path_query_first(to_jsonb(t), 'strict $.**.dailyLimit') #>> '{{}}' from {} t)"_sql, *table));
  std::map<std::string, std::int64_t> limits;
  for (int i = 0; i < found.rows(); ++i)
    if (!found.is_null(i, 0) && !found.is_null(i, 1)) limits[found.text(i, 0)] = found.integer(i, 1);
  if (limits.empty()) return std::nullopt;
  return limits;
}

std::optional<std::map<std::pair<int, std::string>, std::int64_t>> read_slots(pg::Connection& db) {
  if (!columns_of(db, "clinic_time_slots").contains("totalMinutes")) return std::nullopt;
  const auto found = db.run("audit.slots",
      R"(select "dayOfWeek", period::text, "totalMinutes" from clinic_time_slots where "isActive")"_sql);
  std::map<std::pair<int, std::string>, std::int64_t> slots;
  for (int i = 0; i < found.rows(); ++i) slots[{static_cast<int>(found.integer(i, 0)), found.text(i, 1)}] = found.integer(i, 2);
  return slots;
}

std::vector<Clinic::Drift> drift_of(const pg::Result& found) {
  std::vector<Clinic::Drift> drift;
  for (int i = 0; i < found.rows(); ++i) drift.push_back({found.text(i, 0) + " " + found.text(i, 1), found.integer(i, 2), found.integer(i, 3)});
  return drift;
}

// Each where its own model serves: a retired model's ledger is filled anew when it comes back. One that is not filled says nothing.
void read_drift(pg::Connection& db, const std::set<std::string>& columns, Clinic& clinic) {
  if (columns.contains("service") && columns_of(db, "booked_per_day").contains("change"))
    clinic.day_drift = drift_of(db.run("audit.booked_per_day", R"(
        select to_char(day, 'YYYY-MM-DD'), name, sum(kept), sum(found) from (
          select "preferredDate", service::text, change, 0 from booked_per_day
          union all select "preferredDate", service::text, 0, 1 from reservations
                    where status::text in ('PENDING', 'CONFIRMED') and service is not null) as both_sides (day, name, kept, found)
         where exists (select from booked_per_day where "preferredDate" = '-infinity' and change = 0)
         group by day, name having sum(kept) <> sum(found) order by day, name)"_sql));
  if (columns.contains("period") && columns.contains("estimatedDuration") && columns_of(db, "booked_per_period").contains("change"))
    clinic.period_drift = drift_of(db.run("audit.booked_per_period", R"(
        select to_char(day, 'YYYY-MM-DD'), name, sum(kept), sum(found) from (
          select "preferredDate", period::text, change, 0 from booked_per_period
          union all select "preferredDate", period::text, 0, coalesce("estimatedDuration", 0) from reservations
                    where status::text in ('PENDING', 'CONFIRMED') and period is not null) as both_sides (day, name, kept, found)
         where exists (select from booked_per_period where "preferredDate" = '-infinity' and change = 0)
         group by day, name having sum(kept) <> sum(found) order by day, name)"_sql));
}

}  // namespace

Clinic read_clinic(pg::Connection& db, const Record& record) {
  const pg::Transaction snapshot(db, "begin isolation level repeatable read read only"_sql);
  const auto columns = columns_of(db, "reservations");
  if (!columns.contains("id") || !columns.contains("createdAt"))
    throw Error(ErrorCode::not_found, "the database has no table \"reservations\"", "check --database");
  Clinic clinic;
  clinic.rows = read_rows(db, record, columns);
  clinic.limits = read_limits(db);
  if (columns.contains("period") && columns.contains("estimatedDuration")) clinic.slots = read_slots(db);
  read_drift(db, columns, clinic);
  return clinic;
}

}  // namespace segue::traffic
