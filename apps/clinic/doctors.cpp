#include "clinic/people.hpp"

namespace segue::clinic {
namespace {

using sql::build;
using sql::Sql;

// The user u; where he is found on the new side, d is what he is in this clinic.
Sql joined(Form form) {
  switch (form) {
    case Form::old_model: return R"(users u where u.role = 'DOCTOR')"_sql;
    case Form::new_model: return R"(clinic_doctors d join global_doctors g on g.id = d."globalDoctorId" join users u on u.id = g."userId" where true)"_sql;
    case Form::bridged: break;
  }
  return R"(users u left join global_doctors g on g."userId" = u.id left join clinic_doctors d on d."globalDoctorId" = g.id
            where (u.role = 'DOCTOR' or d.id is not null))"_sql;
}

Sql as_json(Form form) {
  const auto own = form == Form::old_model ? R"('specialization', u.specialization, 'license_number', u."licenseNumber",
      'experience', u.experience, 'active', u."isActive")"_sql
      : form == Form::new_model ? R"('specialization', d.specialization, 'license_number', d."licenseNumber",
      'experience', d.experience, 'active', d."isActive")"_sql
      : R"('specialization', case when d.id is null then u.specialization else d.specialization end,
      'license_number', case when d.id is null then u."licenseNumber" else d."licenseNumber" end,
      'experience', case when d.id is null then u.experience else d.experience end,
      'active', case when d.id is null then u."isActive" else d."isActive" end)"_sql;
  return build(R"(json_build_object('id', u.id, 'first_name', u."firstName", 'last_name', u."lastName", 'email', u.email,
      'phone', u.phone, {})::text)"_sql, own);
}

// column = the body's field, where the body has it.
Sql set(const Sql& column, const Sql& field, const Sql& type) {
  return build("{} = case when $2::jsonb ? {} then ($2::jsonb ->> {})::{} else {} end"_sql, column, field, field, type, column);
}

Sql person() {
  return sql::join({set("\"firstName\""_sql, "'first_name'"_sql, "text"_sql), set("\"lastName\""_sql, "'last_name'"_sql, "text"_sql),
                    set("email"_sql, "'email'"_sql, "text"_sql), set("phone"_sql, "'phone'"_sql, "text"_sql)}, ", "_sql);
}

Sql profession() {
  return sql::join({set("specialization"_sql, "'specialization'"_sql, "text"_sql), set("\"licenseNumber\""_sql, "'license_number'"_sql, "text"_sql),
                    set("experience"_sql, "'experience'"_sql, "integer"_sql), set("\"isActive\""_sql, "'active'"_sql, "boolean"_sql)}, ", "_sql);
}

}  // namespace

const std::vector<service::Field>& doctor_fields() {
  using service::Kind;
  using enum service::Field::Need;
  static const std::vector<service::Field> fields{
      {"first_name", Kind::text, required, 1, 100},        {"last_name", Kind::text, required, 1, 100},
      {"email", Kind::text, nullable, 3, 200},             {"phone", Kind::phone, nullable},
      {"specialization", Kind::text, nullable, 1, 200},    {"license_number", Kind::text, nullable, 1, 100},
      {"experience", Kind::integer, nullable, 0, 80},      {"active", Kind::boolean, optional}};
  return fields;
}

pg::Query list_doctors(const People& page, Form form) {
  return {"doctor.list", build("select {} from {} and ($1::text is null or u.id > $1) order by u.id limit $2::integer"_sql, as_json(form), joined(form)),
          {page.after, page.limit}};
}

pg::Query show_doctor(const std::string& id, Form form) {
  return {"doctor.show", build("select {} from {} and u.id = $1"_sql, as_json(form), joined(form)), {id}};
}

// With the new model: the account, the doctor, and what he is in this clinic. While triggers keep both sides equal the last two are
// there as soon as the account is; they are then only filled.
std::vector<pg::Query> create_doctor(const std::string& id, const std::string& clinic, const std::string& values, Form form) {
  std::vector<pg::Query> queries;
  if (form == Form::old_model) {
    queries.push_back({"doctor.create", R"(
        insert into users (id, role, "clinicId", "firstName", "lastName", email, phone, specialization, "licenseNumber", experience, "isActive")
        select $1, 'DOCTOR', $3, v.first_name, v.last_name, v.email, v.phone, v.specialization, v.license_number, v.experience, coalesce(v.active, true)
          from jsonb_to_record($2::jsonb) v (first_name text, last_name text, email text, phone text, specialization text,
                                             license_number text, experience integer, active boolean)
        on conflict (id) do nothing)"_sql, {id, values, clinic}});
    queries.push_back(show_doctor(id, form));
    return queries;
  }
  queries.push_back({"doctor.account", R"(
      insert into users (id, role, "clinicId", "firstName", "lastName", email, phone)
      select $1, 'DOCTOR', $3, v.first_name, v.last_name, v.email, v.phone
        from jsonb_to_record($2::jsonb) v (first_name text, last_name text, email text, phone text) on conflict (id) do nothing)"_sql, {id, values, clinic}});
  queries.push_back({"doctor.global", R"(insert into global_doctors (id, "userId") values (gen_random_uuid()::text, $1) on conflict ("userId") do nothing)"_sql, {id}});
  queries.push_back({"doctor.in_clinic", R"(
      insert into clinic_doctors (id, "clinicId", "globalDoctorId", specialization, "licenseNumber", experience, "isActive")
      select gen_random_uuid()::text, $3, g.id, v.specialization, v.license_number, v.experience, coalesce(v.active, true)
        from global_doctors g, jsonb_to_record($2::jsonb) v (specialization text, license_number text, experience integer, active boolean)
       where g."userId" = $1
      on conflict ("clinicId", "globalDoctorId") do update set specialization = excluded.specialization,
        "licenseNumber" = excluded."licenseNumber", experience = excluded.experience, "isActive" = excluded."isActive")"_sql, {id, values, clinic}});
  queries.push_back({"doctor.account_of", R"(
      update users set "globalDoctorId" = g.id from global_doctors g
       where users.id = $1 and g."userId" = $1 and users."globalDoctorId" is distinct from g.id)"_sql, {id}});
  queries.push_back(show_doctor(id, form));
  return queries;
}

std::vector<pg::Query> change_doctor(const std::string& id, const std::string& values, Form form) {
  std::vector<pg::Query> queries;
  if (form == Form::old_model) {
    queries.push_back({"doctor.change", build("update users set {}, {} where id = $1 and role = 'DOCTOR'"_sql, person(), profession()), {id, values}});
    queries.push_back(show_doctor(id, form));
    return queries;
  }
  queries.push_back({"doctor.change_account", build(R"(
      update users set {} where id = $1 and exists (select from global_doctors g join clinic_doctors d on d."globalDoctorId" = g.id where g."userId" = $1))"_sql,
      person()), {id, values}});
  queries.push_back({"doctor.change_in_clinic", build(R"(
      update clinic_doctors set {} where "globalDoctorId" = (select id from global_doctors where "userId" = $1))"_sql, profession()), {id, values}});
  queries.push_back(show_doctor(id, Form::new_model));
  return queries;
}

}  // namespace segue::clinic
