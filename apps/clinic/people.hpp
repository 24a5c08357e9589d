// Doctors and patients of one clinic, in each form (forms.hpp).
// Does: the queries; rows come back as JSON text. A doctor's id is his user's, a patient's is that of the clinic's file on him: both
//       are the same in every form, so that a client does not notice which one answers.
// Does not: name a clinic: the database shows the caller's only.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "clinic/forms.hpp"
#include "service/body.hpp"

namespace segue::clinic {

struct People { std::optional<std::string> after; int limit = 100; };

const std::vector<service::Field>& doctor_fields();
pg::Query list_doctors(const People& page, Form form);
pg::Query show_doctor(const std::string& id, Form form);
// `values`: the body's JSON text. The last query shows the row; no row: not known in this form.
std::vector<pg::Query> create_doctor(const std::string& id, const std::string& clinic, const std::string& values, Form form);
std::vector<pg::Query> change_doctor(const std::string& id, const std::string& values, Form form);

const std::vector<service::Field>& patient_fields();
pg::Query list_patients(const People& page, Form form);
pg::Query show_patient(const std::string& id, Form form);
std::vector<pg::Query> create_patient(const std::string& id, const std::string& clinic, const std::string& values, Form form);
std::vector<pg::Query> change_patient(const std::string& id, const std::string& values, Form form);

}  // namespace segue::clinic
