// What going back from retired or dropped columns would do, and what the old side cannot hold.
// Does: look, count within a time budget, refuse what is known to be impossible. Does not: change anything.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "steps/step.hpp"

namespace segue::steps {

struct Unheld {
  std::string mapping, column, reason, first_key;                // a reason names columns, never values
  std::int64_t rows = 0;
  bool stops = false;                                            // the column is NOT NULL and the plan gives no stand-in
};
struct GoingBack { std::vector<Unheld> unheld; std::int64_t rows = 0; };

// Counts over every mapping whose traffic has begun to move. Error{database} with SQLSTATE 57014 if `budget` is not enough.
GoingBack going_back(const std::string& url, const plan::Plan& plan, std::chrono::milliseconds budget);

struct ArchiveRecord { std::string step, target, table, at, removed_at, removed_by; std::int64_t rows = 0, bytes = 0; };
std::vector<ArchiveRecord> archives(pg::Connection& db, const plan::Plan& plan);

// Error{refused} if one of the plan's drop steps behind phase `first` is done and cannot be taken back.
void require_archives(pg::Connection& db, const plan::Plan& plan, std::size_t first);

}  // namespace segue::steps
