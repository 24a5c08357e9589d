// What a step will need is said before it begins, and refused where it clearly does not fit.
// Does: estimate, tell, refuse. Does not: stop a step that has begun (steps/brake.hpp).
#pragma once
#include "base/progress.hpp"
#include "steps/needs.hpp"

namespace segue::engine {

// The evidence for the audit, with the size of the database now; "" for a step that needs nothing worth naming.
// Error{refused}. `undo`: the step is taken back.
std::string expect_needs(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, bool undo, Progress& progress);

}  // namespace segue::engine
