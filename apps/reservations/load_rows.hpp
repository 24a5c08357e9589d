// Made-up reservations of a hospital, row by row, in PostgreSQL's COPY text format.
// Does: the same rows for the same seed, day and number of rows, on every machine.
// Does not: touch a database. Names are assembled from syllables, the phone numbers are of a block that
// is not given to anyone.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "reservations/load_times.hpp"

namespace segue::reservations {

// The columns of the old table, in the order in which a row names them.
const std::vector<std::string>& old_columns();

class Rows {
 public:
  Rows(std::int64_t rows, std::uint64_t seed, std::chrono::sys_days today);
  // Appends the next line; false when all are written.
  bool next(std::string& lines);

 private:
  struct Patient { std::string name, phone, email, birth_date; const char* gender; };
  struct Visit { std::chrono::sys_seconds created; std::chrono::sys_days day; std::string_view time; };
  Patient make_patient();
  Visit past_visit();
  Visit coming_visit();
  const char* status_of(bool coming);
  std::chrono::sys_seconds changed_at(const Visit& visit, std::string_view status);
  void write(std::string& lines, const Patient& patient, const Visit& visit, std::string_view status);

  std::int64_t rows_, coming_, written_ = 0;
  std::chrono::sys_days today_;
  Random random_;
  TimeTexts times_;
  std::vector<Patient> patients_;
  std::vector<std::chrono::sys_days> open_days_;
};

}  // namespace segue::reservations
