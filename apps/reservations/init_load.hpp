// `reservations init` and `reservations load`: the old application's tables, and rows as messy as real ones.
// Does: create the old schema, or the ledger that it lacks, in one transaction; COPY made-up reservations that depend only on the seed and the day.
// Does not: serve requests, know the new data model, or hold a real person's data.
#pragma once

namespace segue::pg { class Connection; }

namespace segue::reservations {

// An old application's database that knows no migration yet, without the table that keeps count of its bookings.
bool lacks_ledger(pg::Connection& db);

// argv begins with the command's own name ("init", "load"); the exit status. Throws segue::Error.
int run_init(int argc, char** argv);
int run_load(int argc, char** argv);

}  // namespace segue::reservations
