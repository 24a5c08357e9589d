// Does one database hold the same rows as another? Every table's number of rows and the sum of its rows' hashes.
// Does: read each table once, as the caller's transaction sees it. The order of rows and columns' storage do not matter.
// Does not: compare definitions (catalog/ does); a column of a type whose text differs between servers would differ.
#pragma once
#include <map>
#include <string>

#include "base/progress.hpp"
#include "pg/connection.hpp"

namespace segue::verify {

struct TableFingerprint {
  std::int64_t rows = 0;
  std::string sum;
  bool operator==(const TableFingerprint&) const = default;
};
using Fingerprint = std::map<std::string, TableFingerprint>;     // by quoted name

// Of all tables but the system's and temporary ones. Changes the session's output settings.
Fingerprint fingerprint(pg::Connection& db, Progress& progress);

}  // namespace segue::verify
