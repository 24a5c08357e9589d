#include "reservations/booking.hpp"

namespace segue::reservations {

pg::Query lock_date(const std::string& date) {
  return {"booking.lock", "select pg_advisory_xact_lock(hashtextextended('booking:' || $1::text, 0))"_sql, {date}};
}

std::vector<pg::Query> book_old(const BookingRequest& request, const std::string& id) {
  const auto time = request.preferred_time ? *request.preferred_time : time_of_period(*request.period);
  std::vector<pg::Query> queries{lock_date(request.preferred_date)};
  queries.push_back({"booking.insert_old", R"(
      with wanted as (
        select "serviceType" as service, "dailyLimit" as most, "isActive" as active
        from service_reservation_limits where "serviceType"::text = $8
      ), taken as (
        select count(*) as bookings from reservations
        where "preferredDate" = $9::date and service = (select service from wanted) and status in ('PENDING', 'CONFIRMED')
      ), booked as (
        insert into reservations (id, "patientName", phone, email, "birthDate", gender, "treatmentType", service,
                                  "preferredDate", "preferredTime", status, notes, "createdAt", "updatedAt", "statusChangedAt")
        select $1, $2, $3, $4, $5::date, $6::"Gender", $7::"TreatmentType", wanted.service, $9::date, $10, 'PENDING', $11,
               now.utc, now.utc, now.utc
        from wanted, taken, (select clock_timestamp() at time zone 'UTC' as utc) now
        where wanted.active and taken.bookings < wanted.most
        returning status, "preferredTime"
      )
      select (select active from wanted), (select status from booked), (select "preferredTime" from booked))"_sql,
      {id, request.patient_name, request.phone, request.email, request.birth_date, request.gender,
       request.treatment_type, request.service, request.preferred_date, time, request.notes}});
  return queries;
}

BookingAnswer read_old_booking(const pg::Result& result) {
  BookingAnswer answer;
  if (!result.is_null(0, 1)) {
    answer.kind = BookingAnswer::Kind::booked;
    answer.status = result.text(0, 1);
    answer.time = result.text(0, 2);
  } else if (!result.boolean(0, 0)) {
    answer.kind = BookingAnswer::Kind::invalid_service;
  }
  return answer;
}

}  // namespace segue::reservations
