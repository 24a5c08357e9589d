// /api/clinics/{clinic}/doctors and /api/clinics/{clinic}/patients.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "clinic/people.hpp"
#include "clinic/routes.hpp"
#include "service/answers.hpp"
#include "service/body.hpp"
#include "service/idempotency.hpp"

namespace segue::clinic {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

// What is the same for doctors and patients, and what is not.
struct Kin {
  std::string_view one, many;                                    // of the metrics; "doctor", "doctors"
  const Area& (*area)();
  const std::vector<Field>& (*fields)();
  pg::Query (*list)(const People&, Form);
  pg::Query (*show)(const std::string&, Form);
  std::vector<pg::Query> (*create)(const std::string&, const std::string&, const std::string&, Form);
  std::vector<pg::Query> (*change)(const std::string&, const std::string&, Form);
};
const Kin doctors{"doctor", "doctors", doctors_area, doctor_fields, list_doctors, show_doctor, create_doctor, change_doctor};
const Kin patients{"patient", "patients", patients_area, patient_fields, list_patients, show_patient, create_patient, change_patient};

// The last query of each call shows the row.
net::Response person_answer(const Told& told) {
  const auto& row = told.results.back();
  if (row.empty()) return refuse(404, "not_found", "this clinic has nobody of this id");
  auto body = json::parse(row.text()).as_object();
  body["variant"] = told.variant();
  return answer(200, body);
}

net::Response written_answer(const Told& told) {
  if (told.error && told.error->sqlstate() == "23505") return refuse(409, "taken", "somebody else has this e-mail address");
  return fail_or(told, [&] { return person_answer(told); });
}

bool is_nobody(const Told& told) { return told.results.back().empty(); }

awaitable<Served> list(Application& app, const Call& call, const Kin& kin) {
  Served served;
  People page{call.request.parameter("cursor"), 100};
  const auto limit = to_integer(call.request.parameter("limit").value_or("100"));
  if (!limit || *limit < 1 || *limit > 500) {
    const std::vector<FieldProblem> problems{{"limit", "must be a number from 1 to 500"}};
    auto refusal = refuse_fields("invalid", problems);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  page.limit = static_cast<int>(*limit);
  const Application::Read make = [&](Form form) { return kin.list(page, form); };
  const auto told = co_await app.read(call, kin.area(), kin.many, make);
  served.variant = told.variant();
  served.response = fail_or(told, [&] {
    json::object body{{"variant", told.variant()}, {"next_cursor", nullptr}};
    auto rows = rows_as_json(told.results.at(0));
    if (static_cast<int>(rows.size()) == page.limit) body["next_cursor"] = rows.back().as_object().at("id");
    body[kin.many] = std::move(rows);
    return answer(200, body);
  });
  co_return served;
}

awaitable<Served> show(Application& app, const Call& call, const Kin& kin) {
  Served served;
  const Application::Read make = [&](Form form) { return kin.show(call.parts.at(1), form); };
  const auto told = co_await app.read(call, kin.area(), kin.one, make);
  served.variant = told.variant();
  served.response = fail_or(told, [&] { return person_answer(told); });
  co_return served;
}

awaitable<Served> create(Application& app, const Call& call, const Kin& kin) {
  Served served;
  auto body = read_body(call.request, kin.fields());
  const auto id = new_id(call);
  if (!id) body.refused = refuse(400, "invalid_idempotency_key", "an Idempotency-Key has 1 to 200 visible ASCII characters");
  if (body.refused) {
    auto refusal = std::move(*body.refused);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  const auto values = json::serialize(body.values);
  const Application::Write make = [&](Form form) { return kin.create(*id, call.parts.at(0), values, form); };
  const auto told = co_await app.write(call, kin.area(), make, is_nobody);
  served.variant = told.variant();
  served.response = written_answer(told);
  co_return served;
}

awaitable<Served> change(Application& app, const Call& call, const Kin& kin) {
  Served served;
  auto body = read_body(call.request, kin.fields(), true);
  if (body.refused) {
    auto refusal = std::move(*body.refused);
    served.response = co_await app.refused(call, std::move(refusal));
    co_return served;
  }
  const auto values = json::serialize(body.values);
  const Application::Write make = [&](Form form) { return kin.change(call.parts.at(1), values, form); };
  const auto told = co_await app.write(call, kin.area(), make, is_nobody);
  served.variant = told.variant();
  served.response = written_answer(told);
  co_return served;
}

}  // namespace

awaitable<Served> list_doctors(Application& app, const Call& call) { return list(app, call, doctors); }
awaitable<Served> show_doctor(Application& app, const Call& call) { return show(app, call, doctors); }
awaitable<Served> create_doctor(Application& app, const Call& call) { return create(app, call, doctors); }
awaitable<Served> change_doctor(Application& app, const Call& call) { return change(app, call, doctors); }
awaitable<Served> list_patients(Application& app, const Call& call) { return list(app, call, patients); }
awaitable<Served> show_patient(Application& app, const Call& call) { return show(app, call, patients); }
awaitable<Served> create_patient(Application& app, const Call& call) { return create(app, call, patients); }
awaitable<Served> change_patient(Application& app, const Call& call) { return change(app, call, patients); }

}  // namespace segue::clinic
