// The repair queue as it stands in the journal: rows that wait for a person, and those that somebody accepted as they are.
// Does: count and list them; keys, classes of reasons and names, never values. Does not: heal rows (steps/settle), or compare an
// accepted row with what it was accepted as (steps/repairs.hpp).
#pragma once
#include <string>
#include <vector>

#include "pg/connection.hpp"

namespace segue::journal {

// Rows that wait. Without those that were accepted, and those that a revert left with a stand-in: they are listed, and no reason to stop.
std::int64_t open_repairs(pg::Connection& db, const std::string& plan, const std::string& mapping = {});
// Rows of which every open entry is accepted.
std::int64_t accepted_repairs(pg::Connection& db, const std::string& plan, const std::string& mapping = {});

struct RepairGroup { std::string mapping, direction, reason, first_key; std::int64_t rows = 0, accepted = 0; };   // accepted: so many of the rows
// The open entries by reason.
std::vector<RepairGroup> repair_groups(pg::Connection& db, const std::string& plan);

// Which entries: those of a mapping, of one row of it, of one side, for one reason; "" stands for any. A key is its columns with "/" between.
struct RepairFilter { std::string mapping, key, side, reason; };
struct RepairEntry {
  std::string mapping, key, side, reason, at;
  std::string accepted_by, accepted_for, accepted_at;            // "" while it waits
};
struct RepairList { std::vector<RepairEntry> entries; std::int64_t left_out = 0; };
// Oldest first, one for each row, side and reason; `accepted`: those that were accepted, too.
RepairList repair_entries(pg::Connection& db, const std::string& plan, const RepairFilter& filter, bool accepted, std::int64_t most);

}  // namespace segue::journal
