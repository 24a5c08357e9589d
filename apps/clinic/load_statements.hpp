// The rows of `clinic load`, made inside the database.
// Does: each statement makes one table's rows from the sizes and the seed; the same ones give the same rows.
#pragma once
#include <string_view>
#include <vector>

#include "pg/connection.hpp"

namespace segue::clinic {

struct Sizes { std::int64_t clinics, users, appointments, seed; };
// One statement, its table, and how many rows it will make at most.
struct Statement { std::string_view table; pg::Sql sql; };
// Parameters of each: clinics, doctors of a clinic, users, appointments of a doctor, seed.
std::vector<Statement> load_statements();
pg::Params parameters_of(const Sizes& sizes);

}  // namespace segue::clinic
