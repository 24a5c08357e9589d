// What a decision would do, before it is made; and what it does where no rows follow yet. Parts of review.cpp.
#pragma once
#include <vector>

#include "journal/decisions.hpp"
#include "steps/heal.hpp"

namespace segue::engine {

// One row of each text is written, or what it derives, by its new meaning and rolled back. Error{refused} where the database does not take it: the
// column has no such value, or must not be empty.
void try_on_rows(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const steps::Follower& follower,
                 const std::vector<journal::Decision>& changes);
// Before dual write: the value map follows, the rows come with the backfill.
void store_now(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::vector<journal::Decision>& changes);

}  // namespace segue::engine
