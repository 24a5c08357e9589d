// Is this the database that the journal was written in, and is its journal the latest there was? (docs/when-things-go-wrong.md)
// Does: tell a standby, a clone, a promoted replica and a journal older than what this machine saw, before anything is changed.
// Does not: tell a copy of the data directory that was promoted from the server it was copied from: they have one identity.
// What a machine remembers is in memory.cpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "journal/audit.hpp"
#include "plan/plan.hpp"

namespace segue::journal {

// What a person may say yes to. Each is asked for by the refusal's hint, and goes into the audit.
struct Accepted { bool changed_plan = false, clone = false, restored = false; };

// Error{refused} if the server is in recovery: it takes no writes.
void refuse_standby(pg::Connection& db);

// With the plan's lock held. Error{refused} for a clone or an older journal that nobody accepted; a promoted server is noted.
// Returns what the person at the terminal should know.
std::vector<std::string> recognise(pg::Connection& db, const plan::Plan& plan, const Accepted& accepted, const std::string& actor);

// This machine's memory of a plan's audit: one small file a journal and plan in $SEGUE_STATE, else $XDG_STATE_HOME/segue, else
// ~/.local/state/segue; none where there is no such folder to be made, or SEGUE_STATE is empty.
void remember(pg::Connection& db, const std::string& plan);
std::optional<AuditHead> remembered(pg::Connection& db, const std::string& plan);

}  // namespace segue::journal
