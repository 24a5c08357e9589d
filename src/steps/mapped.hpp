// What the steps that work on a mapping share: the mapping as the database stands now, and one walk over its key.
#pragma once
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "mapping/derive.hpp"
#include "steps/step.hpp"
#include "verify/compare.hpp"

namespace segue::steps {

using catalog::retired_name;

// Targets of a retire or drop step by table; no columns: the whole table.
std::map<std::string, std::vector<std::string>> by_table(const std::vector<plan::Target>& targets);

// Old columns that were retired are found under their retired names, dropped ones are left out.
mapping::Resolved resolve(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name);

// The same for a mapping of either kind.
using Mapped = std::variant<mapping::Resolved, mapping::Derivation>;
Mapped mapped(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name);
mapping::Derivation derivation(pg::Connection& db, const plan::Plan& plan, const std::string& mapping_name);
// The triggers by which a mapping's rows follow the derived rows they read.
std::vector<mapping::Functions> followers(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& reader);
std::vector<mapping::Look> lookups(pg::Connection& db, const plan::Plan& plan, const mapping::Resolved& reader);
std::vector<sql::QualifiedName> tables_of(const mapping::Derivation& derivation);
// Functions and triggers as the tables stand now, instead of those that are there. In the caller's transaction.
void sync_again(pg::Connection& db, const mapping::Derivation& derivation);
bool is_synced(pg::Connection& db, const Mapped& mapping);

// Settings of a session that writes rows beside the application: recognised by the triggers, never a table scan.
void prepare_writer(pg::Connection& db, const plan::Plan& plan);

// New texts that the triggers met are read into the value map, and the rows that hold them follow.
// Returns the number of texts. `epoch`: of the runner; none where the plan's lock is not held (reading texts harms nobody).
std::int64_t absorb_values(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping,
                           Progress* progress = nullptr);

// What can be settled without a person: texts are read, rows of the repair queue computed again, entries whose sides agree closed.
// `everything`: all of the queue, else the oldest of it.
std::int64_t settle(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping, bool everything = false,
                    Progress* progress = nullptr);

// Before dual write ends, in the caller's transaction, which holds its tables: what waits for the old side gets there. Then the
// queue is closed: from now on the old side is right, and an entry would hold off what it says, or be carried over it by a later run.
// Returns the rows that were closed as they are.
std::int64_t settle_last(pg::Connection& db, const plan::Plan& plan, const Mapped& mapping);

// Old against new, row by row, when everything that can be settled is. A text that a trigger meets while the comparison runs is
// no difference: it is read, and the rows are looked at again.
verify::Comparison compare_settled(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const Mapped& mapping, Progress& progress);

}  // namespace segue::steps
