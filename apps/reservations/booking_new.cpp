#include "reservations/booking_parts.hpp"

namespace segue::reservations {

// The first of a slot get in as long as their minutes add up to no more than it has. Behind them, what does not fit beside those
// who got in is refused for certain; what would is undecided, since only a refused neighbour stands before it.
pg::Query insert_new(const Bookings& bookings) {
  auto params = common_arrays(bookings);
  params.push_back(array_of(bookings, [](const Booking& booking) { return &booking.period; }));
  return {"booking.insert_new", R"(
      with asked as materialized (
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::"Gender"[], $7::"TreatmentType"[],
                             $8::text[], $9::date[], $10::text[], $11::boolean[], $12::"Period"[])
          with ordinality as asked (id, name, phone, email, birth, gender, treatment, code, day, notes, may_exist, period, n)
      ), known as materialized (
        select asked.n, r.status, r.period, r.minutes, r.same
        from asked, lateral (
          select status, r.period, "estimatedDuration" as minutes,
                 ("patientName", phone, "birthDate", gender, "treatmentType", s.code, "preferredDate", r.period)
                   = (asked.name, asked.phone, asked.birth, asked.gender, asked.treatment, asked.code, asked.day, asked.period)
                 and (email, notes) is not distinct from (asked.email, asked.notes) as same
          from reservations r left join services s on s.id = r."serviceId" where r.id = asked.id) r
        where asked.may_exist
      ), slots as materialized (
        select wanted.day, wanted.period, c."totalMinutes" - coalesce(
                 (select minutes from booked_per_period b where b."preferredDate" = wanted.day and b.period = wanted.period),
                 (select coalesce(sum("estimatedDuration"), 0) from reservations r
                  where r."preferredDate" = wanted.day and r.period = wanted.period and r.status in ('PENDING', 'CONFIRMED'))) as free
        from (select distinct day, period from asked) wanted
        join clinic_time_slots c on c."dayOfWeek" = extract(dow from wanted.day)::integer and c.period = wanted.period and c."isActive"
      ), added as (
        select asked.*, s.id as "serviceId", s.name as "serviceName", s."durationMinutes" + s."bufferMinutes" as minutes, slots.free,
               sum(s."durationMinutes" + s."bufferMinutes") over (partition by day, period order by n) as together
        from asked join services s on s.code = asked.code and s."isActive" and s."deletedAt" is null
        join slots using (day, period) where not exists (select from known where known.n = asked.n)
      ), judged as materialized (
        select *, together <= free as fits,
               coalesce(max(together) filter (where together <= free) over (partition by day, period), 0) + minutes <= free as might
        from added
      ), booked as (
        insert into reservations (id, "patientName", phone, email, "birthDate", gender, "treatmentType", "preferredDate",
                                  period, "serviceId", "serviceName", "estimatedDuration", status, notes,
                                  "createdAt", "updatedAt", "statusChangedAt")
        select id, name, phone, email, birth, gender, treatment, day, period, "serviceId", "serviceName", minutes, 'PENDING', notes,
               now.utc, now.utc, now.utc
        from judged, (select clock_timestamp() at time zone 'UTC' as utc) now
        where fits order by n
        returning id, status, period, "estimatedDuration" as minutes
      )
      select case when known.same then 'repeated' when known.n is not null then 'mismatch'
                  when not exists (select from services s where s.code = asked.code and s."isActive" and s."deletedAt" is null) then 'invalid service'
                  when judged.n is null then 'closed' when booked.id is not null then 'booked'
                  when judged.might and not judged.fits then 'undecided' else 'full' end,
             coalesce(booked.status, known.status), coalesce(booked.period, known.period), coalesce(booked.minutes, known.minutes)
      from asked left join known using (n) left join judged using (n) left join booked on booked.id = asked.id
      order by n)"_sql,
          std::move(params)};
}

}  // namespace segue::reservations
