// Is the new shape the same data? One mapping, row by row, in ranges of the key.
// Does: count rows, rows that differ and rows that are not filled, and name the keys of the first that differ.
// Does not: judge (gate/) or write. One statement is one snapshot, and dual write is in the same transaction as the
// application's: a difference is real.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.hpp"
#include "mapping/derive.hpp"
#include "pg/connection.hpp"

namespace segue::verify {

struct Comparison {
  std::int64_t rows = 0, differing = 0, incomplete = 0;
  std::vector<std::string> keys;                                 // of the first differing rows: JSON, with the kind of difference where there are several
};

// Rows in the repair queue are not compared: the gate counts them.
Comparison compare(pg::Connection& db, const mapping::Resolved& mapping, Progress& progress);
// Both directions: each driving row has its derived row, each derived row is one that a driving row stands for.
Comparison compare(pg::Connection& db, const mapping::Derivation& derivation, Progress& progress);
Comparison compare(pg::Connection& db, const std::variant<mapping::Resolved, mapping::Derivation>& mapping, Progress& progress);

}  // namespace segue::verify
