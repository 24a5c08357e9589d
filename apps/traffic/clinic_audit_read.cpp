#include <boost/json.hpp>

#include "base/error.hpp"
#include "traffic/clinic_audit.hpp"

namespace segue::traffic {
namespace {

using sql::build;
using sql::Ident;
using sql::Sql;

bool has(pg::Connection& db, const std::string& table, const std::string& column) {
  return !db.run("audit.column", "select from pg_attribute where attrelid = to_regclass($1) and attname = $2 and attnum > 0 and not attisdropped"_sql,
                 {sql::quote_identifier(table), column}).empty();
}

// What a side says under its own name or its retired one; NULL where it is gone.
Sql old_column(pg::Connection& db, const std::string& table, const std::string& alias, const std::string& column) {
  for (const auto& name : {column, column + "__retired"})
    if (has(db, table, name)) return build("{}.{}"_sql, Ident{alias}, Ident{name});
  return "null"_sql;
}

// Appointments with their doctor's user and their patient's file, by the old side where it is there, else by the new one. The clinics of
// both are read, too: they must be the appointment's.
Sql appointments(pg::Connection& db) {
  const bool directory = has(db, "appointments", "clinicDoctorId");
  const auto doctor = old_column(db, "appointments", "a", "doctorId"), patient = old_column(db, "appointments", "a", "patientId");
  const auto by_new = directory ? R"(left join clinic_doctors d on d.id = a."clinicDoctorId" left join global_doctors g on g.id = d."globalDoctorId"
      left join clinic_patients c on c.id = a."clinicPatientId")"_sql : ""_sql;
  return build(R"(select a.id, a."clinicId" as clinic, a."createdAt" as created, a."startsAt" as begins, a.minutes, a.status::text as status,
        coalesce({}, {}) as doctor, coalesce({}, {}) as patient, {} as doctors_clinic, {} as patients_clinic
      from appointments a {})"_sql,
      doctor, directory ? "g.\"userId\""_sql : "null"_sql, patient, directory ? "a.\"clinicPatientId\""_sql : "null"_sql,
      directory ? R"(coalesce(d."clinicId", a."clinicId"))"_sql : "a.\"clinicId\""_sql,
      directory ? R"(coalesce(c."clinicId", a."clinicId"))"_sql : "a.\"clinicId\""_sql, by_new);
}

void take(ClinicRows& all, const std::string& table, const pg::Result& found) {
  for (int i = 0; i < found.rows(); ++i)
    all.rows[found.text(i, 0)] = {table, found.text(i, 1), boost::json::parse(found.view(i, 2)).as_object()};
}

void read_appointments(pg::Connection& db, const ClinicRecord& record, const std::string& ids, ClinicRows& all) {
  const auto source = appointments(db);
  take(all, "appointments", db.run("audit.appointments", build(R"(
      select id, clinic, json_build_object('doctor_id', doctor, 'patient_id', patient, 'minutes', minutes, 'status', status,
               'starts_at', to_char(begins at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text
        from ({}) one where id in (select jsonb_array_elements_text($1::jsonb)) or created >= to_timestamp($2::numeric / 1000))"_sql, source),
      {ids, record.first.time_since_epoch().count()}));
  const auto twice = db.run("audit.twice", build(R"(
      select id from (select id, begins, max(begins + minutes * interval '1 minute') over (partition by doctor order by begins, id
               rows between unbounded preceding and 1 preceding) as busy_until from ({}) one where status = 'BOOKED') two
       where begins < busy_until order by id)"_sql, source));
  for (int i = 0; i < twice.rows(); ++i) all.double_booked.push_back(twice.text(i, 0));
  const auto two = db.run("audit.two_clinics", build(R"(
      select one.id from ({}) one join users u on u.id = one.doctor join patients p on p.id = one.patient
       where u."clinicId" <> clinic or p."clinicId" <> clinic or doctors_clinic <> clinic or patients_clinic <> clinic order by 1)"_sql, source));
  for (int i = 0; i < two.rows(); ++i) all.of_two_clinics.push_back(two.text(i, 0));
}

void read_people(pg::Connection& db, const std::string& ids, ClinicRows& all) {
  const bool old_doctors = has(db, "users", "specialization"), old_patients = has(db, "patients", "phone");
  const auto doctor = old_doctors ? "users u"_sql : R"(users u join global_doctors g on g."userId" = u.id join clinic_doctors d on d."globalDoctorId" = g.id)"_sql;
  const auto profession = old_doctors ? "u"_sql : "d"_sql;
  take(all, "doctors", db.run("audit.doctors", build(R"(
      select u.id, {}."clinicId", json_build_object('first_name', u."firstName", 'last_name', u."lastName", 'phone', u.phone,
               'specialization', {}.specialization, 'experience', {}.experience)::text
        from {} where u.id in (select jsonb_array_elements_text($1::jsonb)))"_sql, profession, profession, profession, doctor), {ids}));
  take(all, "patients", db.run("audit.patients", build(R"(
      select id, "clinicId", json_build_object('first_name', "firstName", 'last_name', "lastName", 'phone', phone, 'birth_date', "birthDate")::text
        from {} where id in (select jsonb_array_elements_text($1::jsonb)))"_sql, old_patients ? "patients"_sql : "clinic_patients"_sql), {ids}));
}

}  // namespace

ClinicRows read_clinics(pg::Connection& db, const ClinicRecord& record) {
  const pg::Transaction snapshot(db, "begin isolation level repeatable read read only"_sql);
  if (!has(db, "appointments", "clinicId")) throw Error(ErrorCode::not_found, "the database has no table \"appointments\"", "check --database");
  boost::json::array ids;
  for (const auto& [id, item] : record.items) ids.emplace_back(id);
  const auto text = boost::json::serialize(ids);
  ClinicRows all;
  read_appointments(db, record, text, all);
  read_people(db, text, all);
  return all;
}

}  // namespace segue::traffic
