// The one loop: plan -> check -> step -> journal -> verify -> gate -> next phase; and the way back.
// Does: run what is not done yet (so run is also resume), hold at closed gates, undo in reverse and prove it.
// Does not: print; it tells a Progress and returns values.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "gate/gate.hpp"
#include "journal/identity.hpp"
#include "steps/step.hpp"

namespace segue::engine {

struct RunOptions {
  steps::Options steps;
  std::optional<std::string> until;                              // last phase to run
  journal::Accepted accepted;
};

struct RunResult {
  bool complete = false;                                         // every phase asked for is done
  std::string held_before;                                       // phase that may not begin yet; "" if none
  std::string held_by;                                           // phase whose gate is closed, or "checklist"
  gate::Verdict verdict;
};

RunResult run(const std::string& url, const plan::Plan& plan, const RunOptions& options, Progress& progress);

// Undoes every phase behind `to` ("start": all), last step first; Error{different_data} if the schema is not what it was.
struct RollbackResult { int steps = 0; std::string proof; };
RollbackResult rollback(const std::string& url, const plan::Plan& plan, const std::string& to, const steps::Options& options,
                        const journal::Accepted& accepted, Progress& progress);

// The plan's comparisons and checks, now. Texts that wait to be read are read first, so that they are compared by what they mean.
struct Verification { std::string name, expected, found; bool passed = false; std::int64_t rows = 0; };
std::vector<Verification> verify(const std::string& url, const plan::Plan& plan, Progress& progress);

// ---- parts (measure.cpp)
gate::Measures measure(pg::Connection& db, const plan::Plan& plan, const plan::Phase& phase, Progress& progress);
// One value of a read-only SELECT; Error{refused} naming the check if it is not what the plan expects.
Verification run_check(pg::Connection& db, const plan::Check& check);
std::vector<std::string> unanswered_checklist(pg::Connection& db, const plan::Plan& plan);

}  // namespace segue::engine
