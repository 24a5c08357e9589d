#include "reservations/booking.hpp"

namespace segue::reservations {

std::vector<pg::Query> book_new(const BookingRequest& request, const std::string& period, const std::string& id) {
  std::vector<pg::Query> queries{lock_date(request.preferred_date)};
  queries.push_back({"booking.insert_new", R"(
      with wanted as (
        select id, name, "durationMinutes" + "bufferMinutes" as minutes, "isActive" and "deletedAt" is null as active
        from services where code = $8
      ), slot as (
        select period, "totalMinutes" as minutes from clinic_time_slots
        where "dayOfWeek" = extract(dow from $9::date)::integer and period = $10 and "isActive"
      ), taken as (
        select coalesce(sum("estimatedDuration"), 0) as minutes from reservations
        where "preferredDate" = $9::date and period = $10 and status in ('PENDING', 'CONFIRMED')
      ), booked as (
        insert into reservations (id, "patientName", phone, email, "birthDate", gender, "treatmentType", "preferredDate",
                                  period, "serviceId", "serviceName", "estimatedDuration", status, notes,
                                  "createdAt", "updatedAt", "statusChangedAt")
        select $1, $2, $3, $4, $5::date, $6::"Gender", $7::"TreatmentType", $9::date,
               slot.period, wanted.id, wanted.name, wanted.minutes, 'PENDING', $11, now.utc, now.utc, now.utc
        from wanted, slot, taken, (select clock_timestamp() at time zone 'UTC' as utc) now
        where wanted.active and taken.minutes + wanted.minutes <= slot.minutes
        returning status, period, "estimatedDuration"
      )
      select (select active from wanted), exists (select from slot), (select status from booked),
             (select period from booked), (select "estimatedDuration" from booked))"_sql,
      {id, request.patient_name, request.phone, request.email, request.birth_date, request.gender,
       request.treatment_type, request.service, request.preferred_date, period, request.notes}});
  return queries;
}

BookingAnswer read_new_booking(const pg::Result& result) {
  BookingAnswer answer;
  if (!result.is_null(0, 2)) {
    answer.kind = BookingAnswer::Kind::booked;
    answer.status = result.text(0, 2);
    answer.period = result.text(0, 3);
    answer.minutes = static_cast<int>(result.integer(0, 4));
  } else if (!result.boolean(0, 0)) {
    answer.kind = BookingAnswer::Kind::invalid_service;
  } else if (!result.boolean(0, 1)) {
    answer.kind = BookingAnswer::Kind::closed;
  }
  return answer;
}

}  // namespace segue::reservations
