// The hospital's patients (patients.hpp) and their ledger as a Crowd.
#pragma once
#include <memory>
#include <string>

#include "traffic/crowd.hpp"
#include "traffic/patients.hpp"

namespace segue::traffic {

std::unique_ptr<Crowd> hospital_crowd(const Population& population, const std::string& ledger);

}  // namespace segue::traffic
