// The parts of the audit that look at more than one booking.
#pragma once
#include "traffic/audit.hpp"

namespace segue::traffic {

// Rows of the run that nobody was told of: each is an intent's whose answer is lost, a second row of an intent that
// was sent more than once, or nobody's.
void find_unasked(AuditReport& report, const Record& record, const Clinic& clinic);
// The two booking rules, applied afterwards to what the database holds.
void find_overbooked(AuditReport& report, const Record& record, const Clinic& clinic);

}  // namespace segue::traffic
