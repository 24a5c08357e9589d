// Is the new shape the same data? One mapping, row by row, in ranges of the key.
// Does: count rows, rows that differ and rows that are not filled, and name the keys of the first that differ.
// Does not: judge (gate/) or write. One statement is one snapshot, and dual write is in the same transaction as the
// application's: a difference is real.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "mapping/mapping.hpp"
#include "pg/connection.hpp"

namespace segue::verify {

struct Comparison {
  std::int64_t rows = 0, differing = 0, incomplete = 0;
  std::vector<std::string> keys;                                 // of the first differing rows, as JSON arrays
};

// Rows in the repair queue are not compared: the gate counts them.
Comparison compare(pg::Connection& db, const mapping::Resolved& mapping, Progress& progress);

}  // namespace segue::verify
