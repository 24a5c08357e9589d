// Made-up receptions of clinics and what they want next.
// Does: draw from the mix (30 % book, 38 % list, 10 % move, 10 % cancel, 7 % new or changed people, 5 % ask for what is another clinic's),
//       learn each clinic's doctors and patients from its lists, notice every row of another clinic in an answer.
// Does not: send requests. One request at a time for each row that it changes.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "traffic/crowd.hpp"

namespace segue::traffic {

struct ClinicPopulation {
  struct Clinic { std::string id, token; };
  std::uint64_t seed = 1;
  int days = 30;                                                 // appointments are for these coming days
  std::vector<Clinic> clinics;
};

std::unique_ptr<Crowd> clinic_crowd(const ClinicPopulation& population, const std::string& ledger);

}  // namespace segue::traffic
