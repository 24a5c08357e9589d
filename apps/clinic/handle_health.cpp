// /health and /metrics.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>

#include "clinic/routes.hpp"
#include "service/answers.hpp"
#include "service/operations.hpp"

namespace segue::clinic {

using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

// Of each area: whether the old side is there, the new side, and triggers that keep them equal (this service's schema has none).
pg::Query sides_query() {
  return {"health.sides", R"(
      with has as (select c.relname as tab, a.attname as col from pg_class c join pg_attribute a on a.attrelid = c.oid
                    where c.oid in (to_regclass('users'), to_regclass('patients'), to_regclass('appointments'), to_regclass('clinic_doctors'),
                                    to_regclass('clinic_patients')) and a.attnum > 0 and not a.attisdropped),
      linked as (select tgrelid as tab from pg_trigger where not tgisinternal and tgenabled <> 'D')
      select exists (select from has where tab = 'appointments' and col = 'doctorId'),
             exists (select from has where tab = 'appointments' and col = 'clinicDoctorId'),
             exists (select from linked where tab = to_regclass('appointments')),
             exists (select from has where tab = 'users' and col = 'specialization'),
             exists (select from has where tab = 'clinic_doctors'), exists (select from linked where tab = to_regclass('clinic_doctors')),
             exists (select from has where tab = 'patients' and col = 'firstName'),
             exists (select from has where tab = 'clinic_patients'), exists (select from linked where tab = to_regclass('clinic_patients')))"_sql, {}};
}

using Stages = std::vector<std::pair<std::string_view, std::string_view>>;  // area, its stage

Stages stages_by(const Application& app, const pg::Result& sides) {
  const auto stage = [&](const Area& area, int column) {
    return stage_of(app.percent(area.read), app.percent(area.write), {sides.boolean(0, column), sides.boolean(0, column + 1), sides.boolean(0, column + 2)});
  };
  return {{"appointments", stage(appointments_area(), 0)}, {"doctors", stage(doctors_area(), 3)}, {"patients", stage(patients_area(), 6)}};
}

// Nothing where the database does not tell.
awaitable<Stages> ask_for_stages(Application& app) {
  std::vector<pg::Query> queries{sides_query()};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  Stages stages;
  if (!reply.error) stages = stages_by(app, reply.results.at(0));
  co_return stages;
}

}  // namespace

awaitable<Served> show_health(Application& app, const Call&) {
  Served served;
  const auto stages = co_await ask_for_stages(app);
  auto body = app.process().health();
  body["status"] = stages.empty() ? "unavailable" : "ok";
  body["database"] = !stages.empty();
  if (!stages.empty()) {
    auto& object = body["stages"].emplace_object();
    for (const auto& [area, stage] : stages) object[area] = stage;
  }
  served.response = answer(stages.empty() ? 503 : 200, body);
  co_return served;
}

awaitable<Served> show_metrics(Application& app, const Call& call) {
  auto served = co_await service::show_metrics(app, call);
  const auto stages = co_await ask_for_stages(app);
  if (stages.empty()) co_return served;
  auto& text = served.response.body;
  text += "# HELP clinic_stage 1 for the stage of the migration that an area is in.\n# TYPE clinic_stage gauge\n";
  for (const auto& [area, stage] : stages)
    for (const auto& possible : all_stages)
      fmt::format_to(std::back_inserter(text), "clinic_stage{{area=\"{}\",stage=\"{}\"}} {}\n", area, possible, possible == stage ? 1 : 0);
  co_return served;
}

}  // namespace segue::clinic
