// Appointments of one clinic, in each form (forms.hpp).
// Does: the queries, and what the answers mean. A doctor is never booked twice: who books, moves or cancels takes the doctor's lock
//       in a statement of its own, so that the next one sees all that was booked before, whichever form wrote it.
// Does not: name a clinic: the database shows the caller's only. Doctors are known by their user's id, in every form.
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "clinic/forms.hpp"

namespace segue::clinic {

struct NewAppointment { std::string id, doctor, patient, starts_at; std::int64_t minutes; std::optional<std::string> notes; };

struct Listing {
  std::optional<std::string> date, doctor, patient;
  std::string zone;                                              // in which the date is meant
  int limit = 100;
  struct Place { std::string starts_at, id; };
  std::optional<Place> after;                                    // the last one of the page before
};

pg::Query list_appointments(const Listing& listing, Form form);
pg::Query show_appointment(const std::string& id, Form form);

// Lock, statement, and the appointment as it is then.
std::vector<pg::Query> create_appointment(const NewAppointment& wanted, Form form);
std::vector<pg::Query> move_appointment(const std::string& id, const std::string& starts_at, std::int64_t minutes, Form form);
std::vector<pg::Query> cancel_appointment(const std::string& id, Form form);

// Of the statement of each of the three.
struct Created { bool doctor, patient, busy, made; };
Created read_created(const pg::Result& result);
struct Changed { bool found, booked, busy, done; };              // booked: it was still to come about
Changed read_changed(const pg::Result& result);

// A place in a list as text, and back; nothing where the text is none.
std::string cursor_of(const boost::json::object& appointment);
std::optional<Listing::Place> read_cursor(std::string_view text);

}  // namespace segue::clinic
