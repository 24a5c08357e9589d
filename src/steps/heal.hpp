// Rows follow what their texts mean: new texts that the triggers met, and texts that mean something else by now.
// Does: read what is queued, store it, and correct the rows in short transactions that give way to the application.
// Does not: decide. Cut off anywhere, the queue is what it was.
#pragma once
#include <optional>

#include "journal/journal.hpp"
#include "mapping/mapping.hpp"

namespace segue::steps {

struct Healed { std::int64_t texts = 0, unreadable = 0; };

// `epoch`: of the runner; none where the plan's lock is not held (reading texts harms nobody).
Healed heal_texts(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const mapping::Resolved& mapping);

// Dual write is on, and somebody may still write texts: their rows follow at once.
bool follows(pg::Connection& db, const mapping::Resolved& mapping);

}  // namespace segue::steps
