// What the database holds of a run, in whichever phase of the migration its tables are.
// Does: read in one read-only snapshot; find the old columns and the limits under their own, their retired ("...__retired")
//       or their archived name (schema segue_archive).
// Does not: read names, phones or notes; the wish for a time only of bookings in the ledger, to compare it.
//       Takes "createdAt" (without a time zone) as UTC, as the application writes it.
#pragma once
#include "pg/connection.hpp"
#include "traffic/audit.hpp"

namespace segue::traffic {

Clinic read_clinic(pg::Connection& db, const Record& record);

}  // namespace segue::traffic
