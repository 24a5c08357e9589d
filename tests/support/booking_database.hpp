// What tests of the booking service begin with: the clinic's database, a wish, and what an answer says.
#pragma once
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>

#include "base/text.hpp"
#include "net/http.hpp"
#include "pg/connection.hpp"
#include "support/database.hpp"

namespace segue::tests {

// A Monday, so that the clinic is open, and far enough away to be in the future.
inline constexpr std::string_view monday = "2099-06-01", sunday = "2099-06-07";

inline void run_file(pg::Connection& db, const std::string& file) {
  db.run_script(file, sql::Sql::from_plan(read_file(SEGUE_SOURCE_DIR "/" + file)));
}

inline std::string old_database() {
  auto url = fresh_database();
  pg::Connection db(url);
  run_file(db, "apps/reservations/old_schema.sql");
  return url;
}

// The new model beside the old one, and a trigger that fills the other side as segue's do.
inline std::string both_database() {
  auto url = old_database();
  pg::Connection db(url);
  for (const auto* file : {"01-services", "02-columns", "03-clinic-time-slots", "04-indexes", "05-booked-per-period"})
    run_file(db, fmt::format("plans/hospital-services/{}.sql", file));
  run_file(db, "src/journal/journal.sql");
  db.run("plan", "insert into segue.plans (plan, title, hash) values ('hospital-services', '', '')"_sql);
  db.run("fill", R"(create function fill() returns trigger language plpgsql as $$
    begin
      if new."serviceId" is null then
        select id, name, "durationMinutes" + "bufferMinutes", case when new."preferredTime" < '12' then 'MORNING' else 'AFTERNOON' end::"Period"
          into new."serviceId", new."serviceName", new."estimatedDuration", new.period from services where code = new.service::text;
      else
        select code into new.service from services where id = new."serviceId";
        new."preferredTime" := case new.period when 'MORNING' then '09:00' else '14:00' end;
      end if;
      return new;
    end $$)"_sql);
  db.run("fill", "create trigger fill before insert on reservations for each row execute function fill()"_sql);
  return url;
}

inline void set_percent(const std::string& url, int percent) {
  pg::Connection(url).run("flag", R"(
      insert into segue.flags (key, plan, flag, percent, "changedBy")
      values ('segue.hospital-services.dynamic-services', 'hospital-services', 'dynamic-services', $1::integer, 'test')
      on conflict (key) do update set percent = excluded.percent, revision = flags.revision + 1)"_sql, {percent});
}

inline boost::json::object booking(std::string_view service, std::string_view date = monday, std::string_view period = "MORNING") {
  return {{"patient_name", "홍길동"}, {"phone", "010-0000-0001"}, {"birth_date", "1990-01-01"}, {"gender", "FEMALE"},
          {"treatment_type", "FIRST_VISIT"}, {"service", service}, {"preferred_date", date}, {"period", period}};
}

inline boost::json::object body_of(const net::Response& response) { return boost::json::parse(response.body).as_object(); }
inline std::string variant_of(const net::Response& response) { return std::string(body_of(response).at("variant").as_string()); }
inline std::string id_of(const net::Response& response) { return std::string(body_of(response).at("reservation").at("id").as_string()); }

}  // namespace segue::tests
