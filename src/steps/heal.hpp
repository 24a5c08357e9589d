// Rows follow what their texts mean: new texts that the triggers met, and texts that mean something else by now.
// Does: read what is queued, store it, and correct the rows in short transactions that give way to the application, and stand still
// while a budget of the plan is spent.
// Does not: decide. Cut off anywhere, the queue is what it was.
#pragma once
#include <optional>
#include <vector>

#include "journal/journal.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

// waited_ms: the longest that a text waited, from the write that met it to its rows being right.
struct Healed { std::int64_t texts = 0, unreadable = 0, waited_ms = 0; };

// Texts leave the queue when the rows that hold them are right, in each mapping that uses the value.
// `epoch`: of the runner; none where the plan's lock is not held (reading texts harms nobody). `progress` is told when it stands still.
Healed heal_texts(pg::Connection& db, const plan::Plan& plan, std::optional<std::int64_t> epoch, const plan::ValueDef& value, Progress* progress = nullptr);

// A mapping whose rows are made from a value's texts.
struct Follower {
  std::string mapping;
  mapping::Resolved rows;                                        // table and key of the rows that hold the texts
  // In one transaction each. $1: a key; $1 < key <= $2 and texts $3.
  std::vector<sql::Sql> by_key, by_text;
  bool derives = false;                                          // what follows stands in another table
  bool retired = false, synced = false;
  // Dual write is on, and somebody may still write texts: the rows follow at once.
  bool follows() const { return synced && !retired; }
};
// None whose tables or new columns are not there yet.
std::vector<Follower> followers_of(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value);
// A session that writes for them.
void prepare_follower(pg::Connection& writer, const plan::Plan& plan, const Follower& follower);

}  // namespace segue::steps
