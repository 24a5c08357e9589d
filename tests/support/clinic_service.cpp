#include "support/clinic_service.hpp"

#include "base/text.hpp"
#include "embedded/clinic_schema_sql.hpp"
#include "journal/journal.hpp"
#include "plan/statements.hpp"
#include "steps/step.hpp"
#include "support/database.hpp"

namespace segue::tests {
namespace {

service::Settings settings_of(const std::string& url, const Percents& percents) {
  service::Settings settings;
  settings.database = url;
  settings.time_zone = "UTC";
  settings.overrides = {{clinic::appointments_area().read, percents.read}, {clinic::appointments_area().write, percents.write},
                        {clinic::doctors_area().read, percents.people}, {clinic::patients_area().read, percents.people}};
  return settings;
}

}  // namespace

TwoClinics::TwoClinics() : url_(fresh_database()), plan_(plan::load(SEGUE_SOURCE_DIR "/plans/clinic-directory")), db_(url_) {
  db_.run_script("test.schema", sql::Sql::from_plan(std::string(embedded::clinic_schema_sql())));
  db_.run_script("test.clinics", R"sql(
    insert into clinics (id, name, "tokenHash") select c, c, encode(sha256(('token of ' || c)::bytea), 'hex') from unnest(array['c1', 'c2']) c;
    insert into users (id, role, "firstName", "lastName", specialization, experience, "clinicId")
      select c || '-d' || i, 'DOCTOR', 'Doctor', c || i, 'surgery', i, c from unnest(array['c1', 'c2']) c, generate_series(1, 2) i;
    insert into patients (id, "clinicId", "firstName", "lastName")
      select c || '-p' || i, c, 'Patient', c || i from unnest(array['c1', 'c2']) c, generate_series(1, 2) i;
    insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt", minutes)
      select c || '-a' || i, c, c || '-d' || i, c || '-p' || i, '2030-01-01 08:00Z', 30 from unnest(array['c1', 'c2']) c, generate_series(1, 2) i)sql"_sql);
  journal::install(db_);
  epoch_ = journal::open_epoch(db_, plan_, false);
}

void TwoClinics::prepare() {
  const auto& phase = plan_.phase("preparation");
  for (const auto& step : phase.steps)
    for (const auto& operation : plan::operations_of(plan_, phase, step)) db_.run("test.prepare", operation.sql);
}

void TwoClinics::steps(const std::string& kind) {
  Silence silence;
  const steps::Options options;
  const auto& phase = plan_.phase("dual-write");
  for (const auto& step : phase.steps) {
    if (step.kind() != kind) continue;
    steps::Context context{db_, plan_, phase, step, epoch_, silence, options};
    steps::run(context);
  }
}

void TwoClinics::sync() { steps("sync"); }
void TwoClinics::backfill() { steps("backfill"); }

ClinicService::ClinicService(const std::string& url, const Percents& percents) : ServiceClient(settings_of(url, percents)) {}

Question ClinicService::question(std::string method, const std::string& clinic, const std::string& path, const boost::json::value& body,
                                 std::string as, const std::string& key) {
  net::Headers headers{{"Authorization", "Bearer token of " + (as.empty() ? clinic : as)}};
  if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
  if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
  return {std::move(method), "/api/clinics/" + clinic + "/" + path, body.is_null() ? "" : boost::json::serialize(body), std::move(headers)};
}

net::Response ClinicService::call(std::string method, const std::string& clinic, const std::string& path, const boost::json::value& body,
                                  std::string as, const std::string& key) {
  auto asked = question(std::move(method), clinic, path, body, std::move(as), key);
  return ask(std::move(asked.method), std::move(asked.target), std::move(asked.body), std::move(asked.headers));
}

boost::json::object body_of(const net::Response& response) { return boost::json::parse(response.body).as_object(); }

}  // namespace segue::tests
