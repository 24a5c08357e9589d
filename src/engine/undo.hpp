// One step taken back, with its journal: by a rollback, and by a run that meets a step whose way back was cut off.
#pragma once
#include "base/progress.hpp"
#include "engine/runner.hpp"
#include "plan/plan.hpp"
#include "steps/step.hpp"

namespace segue::engine {

// Also the rest of it, where an earlier way back was cut off.
void undo_step(Runner& runner, const plan::Plan& plan, const plan::Phase& phase, const plan::Step& step, const steps::Options& options, Progress& progress);

}  // namespace segue::engine
