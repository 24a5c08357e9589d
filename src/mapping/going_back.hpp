// Which rows the old side cannot hold: SQL over rows whose old side is computed from the new one.
// Does: count them by column, and queue them where they get a stand-in. Does not: run anything.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mapping/mapping.hpp"

namespace segue::mapping {

// What was archived: a row that nobody wrote since has its own old values there, and needs no computing.
struct Kept { sql::QualifiedName archive; std::vector<std::string> hashed; };

// One row: for each old column the rows that have no value for it, and the lowest key of these as text (or NULL); then all rows.
Sql count_unheld(const Resolved& mapping, const std::optional<Kept>& kept);
// Into segue.repairs, direction old, reason `reverted`: rows of the key range ($1, $2] whose old side needs a stand-in;
// $3: keys of the rows, a jsonb array; NULL: all.
Sql queue_unheld(const Resolved& mapping, const Kept& kept);
inline constexpr const char* reverted = "reverted: the old side has no such value";

}  // namespace segue::mapping
