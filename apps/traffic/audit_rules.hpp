// The two booking rules, applied afterwards to what the database holds.
#pragma once
#include "traffic/audit.hpp"

namespace segue::traffic {

void find_overbooked(AuditReport& report, const Record& record, const Clinic& clinic);

}  // namespace segue::traffic
