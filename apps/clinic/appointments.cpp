#include "clinic/appointments.hpp"

#include "base/text.hpp"
#include "service/local_clock.hpp"

namespace segue::clinic {
namespace {

using sql::build;
using sql::Sql;

// The appointment a, its doctor u (with d: what the doctor is in this clinic) and its patient p, in each form. The doctor is always
// looked up by the appointment, never by who asks.
Sql joined(Form form) {
  switch (form) {
    case Form::old_model: return R"(appointments a join users u on u.id = a."doctorId" join patients p on p.id = a."patientId")"_sql;
    case Form::new_model: return R"(appointments a
        join clinic_doctors d on d.id = a."clinicDoctorId" join global_doctors g on g.id = d."globalDoctorId"
        join users u on u.id = g."userId" join clinic_patients p on p.id = a."clinicPatientId")"_sql;
    case Form::bridged: break;
  }
  return R"(appointments a
      left join clinic_doctors d on d.id = a."clinicDoctorId" left join global_doctors g on g.id = d."globalDoctorId"
      left join users u on u.id = coalesce(g."userId", a."doctorId")
      left join clinic_patients c on c.id = a."clinicPatientId"
      left join patients o on c.id is null and o.id = a."patientId")"_sql;
}

Sql doctor_of(Form form) {
  return form == Form::old_model ? "a.\"doctorId\""_sql : form == Form::new_model ? "g.\"userId\""_sql : R"(coalesce(g."userId", a."doctorId"))"_sql;
}

Sql as_json(Form form) {
  const auto field = form == Form::old_model ? "u.specialization"_sql : form == Form::new_model ? "d.specialization"_sql
                                             : "case when d.id is null then u.specialization else d.specialization end"_sql;
  const auto patient = form == Form::bridged
      ? R"('patient_id', coalesce(c.id, o.id), 'patient_name', concat_ws(' ', coalesce(c."firstName", o."firstName"), coalesce(c."lastName", o."lastName")))"_sql
      : R"('patient_id', p.id, 'patient_name', concat_ws(' ', p."firstName", p."lastName"))"_sql;
  return build(R"(json_build_object('id', a.id, 'doctor_id', {}, 'doctor_name', concat_ws(' ', u."firstName", u."lastName"),
      'specialization', {}, {}, 'starts_at', to_char(a."startsAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'minutes', a.minutes, 'status', a.status, 'notes', a.notes)::text)"_sql, doctor_of(form), field, patient);
}

// Whether the appointment `row` is one of the doctor whose user's id is `doctor`; served by an index in each form.
Sql is_of_doctor(Form form, const Sql& row, const Sql& doctor) {
  const auto by_new = build(R"({}."clinicDoctorId" = (select cd.id from global_doctors gd join clinic_doctors cd on cd."globalDoctorId" = gd.id
      where gd."userId" = {}))"_sql, row, doctor);
  const auto by_old = build(R"({}."doctorId" = {})"_sql, row, doctor);
  if (form == Form::old_model) return by_old;
  return form == Form::new_model ? by_new : build(R"(({} or ({}."clinicDoctorId" is null and {})))"_sql, by_new, row, by_old);
}

Sql is_of_patient(Form form) {
  if (form == Form::old_model) return R"(a."patientId" = $4)"_sql;
  return form == Form::new_model ? R"(a."clinicPatientId" = $4)"_sql
                                 : R"((a."clinicPatientId" = $4 or (a."clinicPatientId" is null and a."patientId" = $4)))"_sql;
}

// Another appointment of the doctor that overlaps with the time from $2 for $3 minutes; none is longer than 8 hours.
Sql is_busy(Form form, const Sql& doctor) {
  return build(R"(exists (select from appointments b where {} and b.id <> $1 and b.status = 'BOOKED'
      and b."startsAt" < $2::timestamptz + $3::integer * interval '1 minute' and b."startsAt" > $2::timestamptz - interval '8 hours'
      and b."startsAt" + b.minutes * interval '1 minute' > $2::timestamptz))"_sql, is_of_doctor(form, "b"_sql, doctor));
}

pg::Query lock_doctor(const std::string& doctor) {
  return {"appointment.lock", "select pg_advisory_xact_lock(hashtextextended('doctor:' || $1, 0))"_sql, {doctor}};
}

pg::Query lock_doctor_of(const std::string& id, Form form) {
  return {"appointment.lock_own",
          build("select pg_advisory_xact_lock(hashtextextended('doctor:' || {}, 0)) from {} where a.id = $1"_sql, doctor_of(form), joined(form)), {id}};
}

}  // namespace

// What is not asked for is NULL: the server plans each call by what it is, and takes the index of the day, the doctor or the patient.
pg::Query list_appointments(const Listing& listing, Form form) {
  pg::Params parameters{listing.date, listing.zone, listing.doctor, listing.patient, nullptr, nullptr, listing.limit};
  if (listing.after) parameters[4] = listing.after->starts_at, parameters[5] = listing.after->id;
  return {"appointment.list", build(R"(
      select {} from {} where ($1::date is null or (a."startsAt" >= ($1::date)::timestamp at time zone $2
                                                and a."startsAt" < ($1::date + 1)::timestamp at time zone $2))
         and ($3::text is null or {}) and ($4::text is null or {})
         and ($5::timestamptz is null or (a."startsAt", a.id) > ($5::timestamptz, $6::text))
       order by a."startsAt", a.id limit $7::integer)"_sql,
      as_json(form), joined(form), is_of_doctor(form, "a"_sql, "$3"_sql), is_of_patient(form)), std::move(parameters)};
}

pg::Query show_appointment(const std::string& id, Form form) {
  return {"appointment.show", build("select {} from {} where a.id = $1"_sql, as_json(form), joined(form)), {id}};
}

std::vector<pg::Query> create_appointment(const NewAppointment& wanted, Form form) {
  const auto people = form == Form::old_model
      ? R"(doctor as (select id, "clinicId" from users where id = $4 and role = 'DOCTOR' and "isActive"),
           patient as (select id from patients where id = $5))"_sql
      : R"(doctor as (select d.id, d."clinicId" from global_doctors g join clinic_doctors d on d."globalDoctorId" = g.id
                       where g."userId" = $4 and d."isActive"),
           patient as (select id from clinic_patients where id = $5))"_sql;
  const auto columns = form == Form::old_model ? R"("doctorId", "patientId")"_sql : R"("clinicDoctorId", "clinicPatientId")"_sql;
  std::vector<pg::Query> queries{lock_doctor(wanted.doctor)};
  queries.push_back({"appointment.create", build(R"(
      with {}, busy as (select {} as yes), made as (
        insert into appointments (id, "clinicId", {}, "startsAt", minutes, notes)
        select $1, doctor."clinicId", doctor.id, patient.id, $2::timestamptz, $3::integer, $6 from doctor, patient, busy where not busy.yes
        on conflict (id) do nothing returning id)
      select exists (select from doctor), exists (select from patient), (select yes from busy), exists (select from made))"_sql,
      people, is_busy(form, "$4"_sql), columns),
      {wanted.id, wanted.starts_at, wanted.minutes, wanted.doctor, wanted.patient, wanted.notes}});
  queries.push_back(show_appointment(wanted.id, form));
  return queries;
}

std::vector<pg::Query> move_appointment(const std::string& id, const std::string& starts_at, std::int64_t minutes, Form form) {
  std::vector<pg::Query> queries{lock_doctor_of(id, form)};
  queries.push_back({"appointment.move", build(R"(
      with known as (select {} as doctor, a.status from {} where a.id = $1),
      busy as (select {} as yes),
      done as (update appointments a set "startsAt" = $2::timestamptz, minutes = $3::integer from known, busy
          where a.id = $1 and a.status = 'BOOKED' and not busy.yes returning a.id)
      select exists (select from known), exists (select from known where status = 'BOOKED'), (select yes from busy), exists (select from done))"_sql,
      doctor_of(form), joined(form), is_busy(form, "(select doctor from known)"_sql)), {id, starts_at, minutes}});
  queries.push_back(show_appointment(id, form));
  return queries;
}

// To cancel again changes nothing, so that a repeat is answered as the first try was.
std::vector<pg::Query> cancel_appointment(const std::string& id, Form form) {
  std::vector<pg::Query> queries{lock_doctor_of(id, form)};
  queries.push_back({"appointment.cancel", R"(
      with known as (select status from appointments where id = $1),
      done as (update appointments set status = 'CANCELLED' where id = $1 and status = 'BOOKED' returning id)
      select exists (select from known), exists (select from known where status in ('BOOKED', 'CANCELLED')), false, exists (select from done))"_sql, {id}});
  queries.push_back(show_appointment(id, form));
  return queries;
}

Created read_created(const pg::Result& result) {
  return {result.boolean(0, 0), result.boolean(0, 1), result.boolean(0, 2), result.boolean(0, 3)};
}

Changed read_changed(const pg::Result& result) {
  return {result.boolean(0, 0), result.boolean(0, 1), result.boolean(0, 2), result.boolean(0, 3)};
}

std::string cursor_of(const boost::json::object& appointment) {
  return std::string(appointment.at("starts_at").as_string()) + "~" + std::string(appointment.at("id").as_string());
}

std::optional<Listing::Place> read_cursor(std::string_view text) {
  const auto at = text.find('~');
  if (at != 20 || !service::is_instant(text.substr(0, at)) || text.size() > 300) return std::nullopt;
  return Listing::Place{std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace segue::clinic
