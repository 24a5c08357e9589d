#include "reservations/booking_parts.hpp"

namespace segue::reservations {

// Each takes one of the day's places, so the first of a slot get in until it is full, and "full" is then certain.
pg::Query insert_old(const Bookings& bookings) {
  auto params = common_arrays(bookings);
  std::vector<std::string> times;
  for (const auto* booking : bookings) times.push_back(time_of(booking->request));
  auto time = times.begin();
  params.push_back(array_of(bookings, [&](const Booking&) { return &*time++; }));
  return {"booking.insert_old", R"(
      with asked as materialized (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::"Gender"[], $7::"TreatmentType"[],
                             $8::text[], $9::date[], $10::text[], $11::boolean[], $12::text[])
          with ordinality as asked (id, name, phone, email, birth, gender, treatment, code, day, notes, may_exist, time, n)
      ), known as materialized (
        select asked.n, r.status, r."preferredTime" as time, r.same
        from asked, lateral (
          select status, "preferredTime",
                 ("patientName", phone, "birthDate", gender, "treatmentType", service::text, "preferredDate")
                   = (asked.name, asked.phone, asked.birth, asked.gender, asked.treatment, asked.code, asked.day)
                 and (email, notes) is not distinct from (asked.email, asked.notes) as same
          from reservations where id = asked.id) r
        where asked.may_exist
      ), slots as materialized (
        select wanted.day, wanted.code, l."serviceType" as service, l."dailyLimit" - coalesce(
                 (select bookings from booked_per_day b where b."preferredDate" = wanted.day and b.service = l."serviceType"),
                 (select count(*) from reservations r
                  where r."preferredDate" = wanted.day and r.service = l."serviceType" and r.status in ('PENDING', 'CONFIRMED'))) as free
        from (select distinct day, code from asked) wanted
        join service_reservation_limits l on l."serviceType"::text = wanted.code and l."isActive"
      ), judged as materialized (
        select asked.*, slots.service, row_number() over (partition by day, code order by n) <= slots.free as fits
        from asked join slots using (day, code) where not exists (select from known where known.n = asked.n)
      ), booked as (
        insert into reservations (id, "patientName", phone, email, "birthDate", gender, "treatmentType", service,
                                  "preferredDate", "preferredTime", status, notes, "createdAt", "updatedAt", "statusChangedAt")
        select id, name, phone, email, birth, gender, treatment, service, day, time, 'PENDING', notes, now.utc, now.utc, now.utc
        from judged, (select clock_timestamp() at time zone 'UTC' as utc) now
        where fits order by n
        returning id, status, "preferredTime" as time
      )
      select case when known.same then 'repeated' when known.n is not null then 'mismatch' when judged.n is null then 'invalid service'
                  when booked.id is not null then 'booked' else 'full' end,
             coalesce(booked.status, known.status), coalesce(booked.time, known.time)
      from asked left join known using (n) left join judged using (n) left join booked on booked.id = asked.id
      order by n)"_sql,
          std::move(params)};
}

}  // namespace segue::reservations
