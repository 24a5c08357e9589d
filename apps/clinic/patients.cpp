#include "clinic/people.hpp"

namespace segue::clinic {
namespace {

using sql::build;
using sql::Sql;

// A clinic's files on its patients, by whatever table has them.
Sql files(Form form) {
  const auto columns = R"(id, "firstName", "lastName", "birthDate", phone)"_sql;
  if (form == Form::old_model) return build("(select {} from patients)"_sql, columns);
  if (form == Form::new_model) return build("(select {} from clinic_patients)"_sql, columns);
  return build(R"((select {} from clinic_patients union all
      select {} from patients where not exists (select from clinic_patients c where c.id = patients.id)))"_sql, columns, columns);
}

Sql as_json() {
  return R"(json_build_object('id', p.id, 'first_name', p."firstName", 'last_name', p."lastName", 'birth_date', p."birthDate", 'phone', p.phone)::text)"_sql;
}

Sql table_of(Form form) { return form == Form::old_model ? "patients"_sql : "clinic_patients"_sql; }

}  // namespace

const std::vector<service::Field>& patient_fields() {
  using service::Kind;
  using enum service::Field::Need;
  static const std::vector<service::Field> fields{{"first_name", Kind::text, required, 1, 100}, {"last_name", Kind::text, required, 1, 100},
                                                  {"birth_date", Kind::date, nullable}, {"phone", Kind::phone, nullable}};
  return fields;
}

pg::Query list_patients(const People& page, Form form) {
  return {"patient.list", build("select {} from {} p where ($1::text is null or p.id > $1) order by p.id limit $2::integer"_sql, as_json(), files(form)),
          {page.after, page.limit}};
}

pg::Query show_patient(const std::string& id, Form form) {
  return {"patient.show", build("select {} from {} p where p.id = $1"_sql, as_json(), files(form)), {id}};
}

// A person without an account is known everywhere by the first file on him, so his global row has its id (plans/clinic-directory).
std::vector<pg::Query> create_patient(const std::string& id, const std::string& clinic, const std::string& values, Form form) {
  std::vector<pg::Query> queries;
  const bool old_model = form == Form::old_model;
  if (!old_model) queries.push_back({"patient.global", "insert into global_patients (id) values ($1) on conflict do nothing"_sql, {id}});
  queries.push_back({"patient.create", build(R"(
      insert into {} (id, "clinicId", {} "firstName", "lastName", "birthDate", phone)
      select $1, $3, {} v.first_name, v.last_name, v.birth_date, v.phone
        from jsonb_to_record($2::jsonb) v (first_name text, last_name text, birth_date date, phone text)
      on conflict (id) do nothing)"_sql, table_of(form), old_model ? ""_sql : "\"globalPatientId\","_sql, old_model ? ""_sql : "$1,"_sql), {id, values, clinic}});
  queries.push_back(show_patient(id, form));
  return queries;
}

std::vector<pg::Query> change_patient(const std::string& id, const std::string& values, Form form) {
  std::vector<pg::Query> queries;
  queries.push_back({"patient.change", build(R"(
      update {} set "firstName" = case when $2::jsonb ? 'first_name' then $2::jsonb ->> 'first_name' else "firstName" end,
        "lastName" = case when $2::jsonb ? 'last_name' then $2::jsonb ->> 'last_name' else "lastName" end,
        "birthDate" = case when $2::jsonb ? 'birth_date' then ($2::jsonb ->> 'birth_date')::date else "birthDate" end,
        phone = case when $2::jsonb ? 'phone' then $2::jsonb ->> 'phone' else phone end
       where id = $1)"_sql, table_of(form)), {id, values}});
  queries.push_back(show_patient(id, form == Form::old_model ? form : Form::new_model));
  return queries;
}

}  // namespace segue::clinic
