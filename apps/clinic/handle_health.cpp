// /health.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "clinic/routes.hpp"
#include "service/answers.hpp"

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
             exists (select from has where tab = 'patients'),
             exists (select from has where tab = 'clinic_patients'), exists (select from linked where tab = to_regclass('clinic_patients')))"_sql, {}};
}

std::string_view stage(Application& app, const Area& area, const pg::Result& sides, int column) {
  return stage_of(app.percent(area.read), app.percent(area.write),
                  {sides.boolean(0, column), sides.boolean(0, column + 1), sides.boolean(0, column + 2)});
}

}  // namespace

awaitable<Served> show_health(Application& app, const Call&) {
  Served served;
  std::vector<pg::Query> queries{sides_query()};
  const auto reply = co_await app.run(std::move(queries), PipelineKind::read);
  auto body = app.process().health();
  body["status"] = reply.error ? "unavailable" : "ok";
  body["database"] = !reply.error;
  if (!reply.error) {
    const auto& sides = reply.results.at(0);
    body["stages"] = boost::json::object{{"appointments", stage(app, appointments_area(), sides, 0)},
                                         {"doctors", stage(app, doctors_area(), sides, 3)},
                                         {"patients", stage(app, patients_area(), sides, 6)}};
  }
  served.response = answer(reply.error ? 503 : 200, body);
  co_return served;
}

}  // namespace segue::clinic
