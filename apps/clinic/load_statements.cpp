#include "clinic/load_statements.hpp"

#include <algorithm>

namespace segue::clinic {
namespace {

// An id or a token: a UUID of a word, a number and the seed $5. draw(i, word, n) would be hash(...) % n: the same everywhere.
constexpr std::int64_t share_of_doctors = 20;                    // one user of so many

}  // namespace

// Users: an administrator and a receptionist for each clinic, then doctors, the rest accounts of patients. Every account is a patient of
// one clinic, every tenth of a second one, too; as many patients again have no account.
std::vector<Statement> load_statements() {
  return {{"clinics", R"(
      insert into clinics (id, name, "tokenHash")
      select md5($5 || ':clinic:' || i)::uuid::text, 'Clinic ' || i, encode(sha256((md5($5 || ':token:' || i)::uuid::text)::bytea), 'hex')
        from generate_series(1, $1::bigint) i where $2::bigint is not null and $3::bigint is not null and $4::bigint is not null)"_sql},
          {"users", R"(
      insert into users (id, role, "firstName", "lastName", email, phone, specialization, "licenseNumber", experience, "clinicId")
      select md5($5 || ':user:' || i)::uuid::text, role::"UserRole",
             (array['Ada','Boris','Chen','Daria','Elif','Farid','Galina','Hana','Igor','Jun','Kira','Leon'])[1 + abs(hashtext($5 || 'f' || i)) % 12],
             (array['Alm','Berg','Cho','Dorn','Ende','Falk','Gray','Holm','Ivan','Jansen','Kim','Lind','Moll'])[1 + abs(hashtext($5 || 'l' || i)) % 13],
             'user' || i || '.' || $5 || '@example.com', '+7 000 ' || lpad((i % 10000000)::text, 7, '0'),
             case role when 'DOCTOR' then (array['cardiology','dermatology','surgery','paediatrics','neurology','dentistry'])[1 + abs(hashtext($5 || 's' || i)) % 6] end,
             case role when 'DOCTOR' then 'L-' || i end, case role when 'DOCTOR' then abs(hashtext($5 || 'x' || i)) % 40 end,
             case role when 'PATIENT' then null else md5($5 || ':clinic:' || 1 + (i - 1) % $1::bigint)::uuid::text end
        from (select i, case when i <= $1::bigint then 'ADMIN' when i <= $1::bigint * 2 then 'RECEPTIONIST'
                             when i <= $1::bigint * (2 + $2::bigint) then 'DOCTOR' else 'PATIENT' end as role
                from generate_series(1, $3::bigint) i) one where $4::bigint is not null)"_sql},
          {"patients", R"(
      insert into patients (id, "clinicId", "firstName", "lastName", "birthDate", phone, "userId")
      select md5($5 || ':patient:' || i || ':' || kind)::uuid::text, md5($5 || ':clinic:' || 1 + (i + kind) % $1::bigint)::uuid::text,
             (array['Mara','Nils','Olga','Petr','Rina','Samir','Tomas','Uma','Vera','Wanda'])[1 + abs(hashtext($5 || 'p' || i)) % 10],
             (array['Nord','Orlov','Park','Quist','Roth','Stern','Thal','Ulm','Vogt','Weiss'])[1 + abs(hashtext($5 || 'q' || i)) % 10],
             date '1930-01-01' + abs(hashtext($5 || 'b' || i)) % 33000, '+7 001 ' || lpad((i % 10000000)::text, 7, '0'),
             case when kind < 2 then md5($5 || ':user:' || i)::uuid::text end
        from generate_series($1::bigint * (2 + $2::bigint) + 1, $3::bigint) i, generate_series(0, 2) kind
       where (kind <> 1 or (i % 10 = 0 and $1::bigint > 1)) and $4::bigint is not null)"_sql},
          {"appointments", R"(
      insert into appointments (id, "clinicId", "doctorId", "patientId", "startsAt", minutes, status, notes)
      select md5($5 || ':appointment:' || d.id || ':' || n)::uuid::text, d."clinicId", d.id, p.ids[1 + abs(hashtext($5 || d.id || n)) % array_length(p.ids, 1)],
             day + interval '8 hours' + (n % 4) * interval '2 hours', (array[15, 20, 30, 45, 60])[1 + abs(hashtext(d.id || n)) % 5],
             (case when day < current_date then (array['COMPLETED','COMPLETED','COMPLETED','NO_SHOW','CANCELLED'])[1 + abs(hashtext($5 || n || d.id)) % 5]
                   else 'BOOKED' end)::"AppointmentStatus",
             case when n % 7 = 0 then 'control visit' end
        from users d join lateral (select array_agg(id order by id) as ids from (select id, "clinicId" from patients where "clinicId" = d."clinicId" limit 2000) x) p on true,
             generate_series(0, $4::bigint - 1) n,
             lateral (select (date_trunc('day', now() at time zone 'UTC') at time zone 'UTC') + ((n / 4) - $4::bigint / 4 + 5) * interval '1 day' as day) t
       where d.role = 'DOCTOR' and p.ids is not null and $1::bigint + $2::bigint + $3::bigint is not null)"_sql}};
}

pg::Params parameters_of(const Sizes& sizes) {
  const auto doctors = std::max<std::int64_t>(1, sizes.users / share_of_doctors / sizes.clinics);
  const auto each = (sizes.appointments + doctors * sizes.clinics - 1) / (doctors * sizes.clinics);
  return {sizes.clinics, doctors, sizes.users, each, std::to_string(sizes.seed)};
}

}  // namespace segue::clinic
