// What people say about rows of the repair queue: right as it is, or: this side is right.
// Does: accept entries as their rows stand now, open them again when the rows were written since, carry one side over the other.
// Does not: settle what needs no person (steps/mapped.hpp: settle), or write the audit (engine/repairs.hpp).
#pragma once
#include "journal/repairs.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

// In the caller's transaction. Entries whose row is gone are left to settle. Returns the rows.
std::int64_t accept_repairs(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const journal::RepairFilter& filter,
                            const std::string& actor, const std::string& reason);
std::int64_t withdraw_acceptance(pg::Connection& db, const plan::Plan& plan, const journal::RepairFilter& filter);

// Accepted entries whose row is not what was accepted wait again, with an entry in the audit. Nothing while dual write is off:
// nobody compares the sides then. Returns the entries.
std::int64_t reopen_changed(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping);
// The same for every mapping of the plan that is there.
void reopen_changed(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch);

// The old (or new) side of the row is right: the other side is written from it. `key`: of an entry, its columns with "/" between.
// True if the entry is settled by it: false where the other side has no word for it, even now.
// Error{not_found} if no such entry is open, Error{refused} where there is no one row to carry.
bool take_side(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping, const std::string& key, bool old_is_right);

}  // namespace segue::steps
