// /api/clinics/{clinic}/appointments.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "clinic/appointments.hpp"
#include "clinic/routes.hpp"
#include "service/answers.hpp"
#include "service/body.hpp"
#include "service/idempotency.hpp"

namespace segue::clinic {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

constexpr int most_listed = 500;

const std::vector<Field>& new_fields() {
  using enum Field::Need;
  static const std::vector<Field> fields{{"doctor_id", Kind::text, required, 1, 200}, {"patient_id", Kind::text, required, 1, 200},
                                         {"starts_at", Kind::instant}, {"minutes", Kind::integer, required, 5, 480},
                                         {"notes", Kind::text, nullable, 1, 4000}};
  return fields;
}

const std::vector<Field>& time_fields() {
  static const std::vector<Field> fields{{"starts_at", Kind::instant}, {"minutes", Kind::integer, Field::Need::required, 5, 480}};
  return fields;
}

net::Response no_such_appointment() { return refuse(404, "not_found", "this clinic has no such appointment"); }
net::Response busy() { return refuse(409, "busy", "the doctor has another appointment at that time"); }

// Exactly one appointment, with the path that answered.
net::Response appointment_answer(const pg::Result& row, std::string_view variant, bool repeated = false) {
  auto body = json::parse(row.text()).as_object();
  body["variant"] = variant;
  if (repeated) body["repeated"] = true;
  return answer(200, body);
}

std::vector<FieldProblem> read_listing(const net::Request& request, Listing& listing) {
  std::vector<FieldProblem> problems;
  if (listing.date && !read_date(*listing.date)) problems.push_back({"date", "must be a calendar date, YYYY-MM-DD"});
  const auto limit = to_integer(request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > most_listed) problems.push_back({"limit", "must be a number from 1 to 500"});
  else listing.limit = static_cast<int>(*limit);
  const auto cursor = request.parameter("cursor");
  if (cursor) listing.after = read_cursor(*cursor);
  if (cursor && !listing.after) problems.push_back({"cursor", "must be the next_cursor of the page before"});
  return problems;
}

// A repeat of the same key is the same wish: another doctor or patient is a client's mistake.
net::Response created_answer(const Told& told, const NewAppointment& wanted) {
  const auto created = read_created(told.results.at(1));
  const auto& row = told.results.at(2);
  if (!row.empty()) {
    const auto found = json::parse(row.text()).as_object();
    if (found.at("doctor_id").as_string() != wanted.doctor || found.at("patient_id").as_string() != wanted.patient)
      return refuse(422, "idempotency_mismatch", "this Idempotency-Key was used for another appointment");
    return appointment_answer(row, told.variant(), !created.made);
  }
  std::vector<FieldProblem> problems;
  if (!created.doctor) problems.push_back({"doctor_id", "is no doctor of this clinic who takes appointments"});
  if (!created.patient) problems.push_back({"patient_id", "is no patient of this clinic"});
  return problems.empty() ? busy() : refuse_fields("invalid", problems);
}

net::Response changed_answer(const Told& told) {
  const auto changed = read_changed(told.results.at(1));
  if (!changed.found) return no_such_appointment();
  if (!changed.booked) return refuse(409, "conflict", "the appointment's status does not allow this");
  if (changed.busy) return busy();
  return appointment_answer(told.results.at(2), told.variant());
}

// The row is there: the new side knows every appointment, also one that is not migrated.
bool never(const Told&) { return false; }

}  // namespace

awaitable<Served> list_appointments(Application& app, const Call& call) {
  Served served;
  Listing listing{call.request.parameter("date"), call.request.parameter("doctor"), call.request.parameter("patient"),
                  app.process().settings.time_zone, 100, std::nullopt};
  if (!listing.date && !listing.doctor && !listing.patient) listing.date = text_of(app.clock().today());
  const auto problems = read_listing(call.request, listing);
  if (!problems.empty()) {
    auto refusal = refuse_fields("invalid", problems);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  const Application::Read make = [&](Form form) { return list_appointments(listing, form); };
  const auto told = co_await app.read(call, appointments_area(), "appointments", make);
  served.variant = told.variant();
  served.response = fail_or(told, [&] {
    json::object body{{"variant", told.variant()}, {"next_cursor", nullptr}};
    auto rows = rows_as_json(told.results.at(0));
    if (static_cast<int>(rows.size()) == listing.limit) body["next_cursor"] = cursor_of(rows.back().as_object());
    body["appointments"] = std::move(rows);
    return answer(200, body);
  });
  co_return served;
}

awaitable<Served> show_appointment(Application& app, const Call& call) {
  Served served;
  const Application::Read make = [&](Form form) { return show_appointment(call.parts.at(1), form); };
  const auto told = co_await app.read(call, appointments_area(), "appointment", make);
  served.variant = told.variant();
  served.response = fail_or(told, [&] {
    return told.results.at(0).empty() ? no_such_appointment() : appointment_answer(told.results.at(0), told.variant());
  });
  co_return served;
}

awaitable<Served> create_appointment(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, new_fields());
  const auto id = new_id(call);
  if (!id) body.refused = refuse(400, "invalid_idempotency_key", "an Idempotency-Key has 1 to 200 visible ASCII characters");
  if (body.refused) {
    auto refusal = std::move(*body.refused);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  NewAppointment wanted{*id, body.text("doctor_id"), body.text("patient_id"), body.text("starts_at"), body.values.at("minutes").as_int64(), std::nullopt};
  if (body.has("notes") && body.values.at("notes").is_string()) wanted.notes = body.text("notes");
  const Application::Write make = [&](Form form) { return create_appointment(wanted, form); };
  const Application::Unknown unknown = [](const Told& told) {
    const auto created = read_created(told.results.at(1));
    return told.results.at(2).empty() && (!created.doctor || !created.patient);
  };
  const auto told = co_await app.write(call, appointments_area(), make, unknown);
  served.variant = told.variant();
  served.response = fail_or(told, [&] { return created_answer(told, wanted); });
  co_return served;
}

awaitable<Served> move_appointment(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, time_fields());
  if (body.refused) {
    auto refusal = std::move(*body.refused);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  const auto starts_at = body.text("starts_at");
  const auto minutes = body.values.at("minutes").as_int64();
  const Application::Write make = [&](Form form) { return move_appointment(call.parts.at(1), starts_at, minutes, form); };
  const auto told = co_await app.write(call, appointments_area(), make, never);
  served.variant = told.variant();
  served.response = fail_or(told, [&] { return changed_answer(told); });
  co_return served;
}

awaitable<Served> cancel_appointment(Application& app, const Call& call) {
  Served served;
  const Application::Write make = [&](Form form) { return cancel_appointment(call.parts.at(1), form); };
  const auto told = co_await app.write(call, appointments_area(), make, never);
  served.variant = told.variant();
  served.response = fail_or(told, [&] { return changed_answer(told); });
  co_return served;
}

}  // namespace segue::clinic
