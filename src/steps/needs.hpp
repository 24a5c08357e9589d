// What a step will need, before it begins: rows, time, disk, WAL. An estimate, and marked as one.
// Does: compute it from sizes, statistics and the journal, and time a small sample that only reads.
// Does not: write, or decide whether it fits; what it knows of room is in Room.
#pragma once
#include <optional>
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::steps {

struct Needs {
  double rows = 0, table = 0, indexes = 0, archive = 0, wal = 0; // bytes, but the rows
  std::optional<double> seconds;                                 // nothing: not known yet
  std::string rate;                                              // what the time was computed from
  double disk() const { return table + indexes + archive; }
};

// Backfill, require, sql that builds an index, retire, drop with an archive; nothing for other steps.
std::optional<Needs> needs_of(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step);
// Of taking a drop step back: what it dropped is built again from the archive.
std::optional<Needs> needs_of_undo(pg::Connection& db, const plan::Plan& plan, const plan::Step& step);

struct Room { std::optional<std::int64_t> free, allowed; };      // nothing: not to be seen from here; no budget
Room room_of(pg::Connection& db, const plan::Plan& plan);
// "" if it may fit; else why it clearly does not.
std::string too_large(const Needs& needs, const Room& room);

// "about 20,000 rows in 3 s (a sample of 2,000 rows); table +2.1 MB, indexes +1.0 MB, WAL 12 MB; 40 GB are free"
std::string text_of(const Needs& needs, const Room& room);
std::string json_of(const Needs& needs, const Room& room);

}  // namespace segue::steps
