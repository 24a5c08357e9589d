// One file a kind of step: run and undo. Both may be called again after a crash: each asks the journal and the
// catalog what is already there and does the rest.
// Does not: decide the order, or whether a phase may begin; that is engine/'s and gate/'s.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/progress.hpp"
#include "journal/journal.hpp"
#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::steps {

struct Options {
  std::string actor = "segue";
  std::string reason;                                            // why, as the actor gave it
  std::optional<std::chrono::milliseconds> bake;                 // instead of the plan's
  int workers = 0;                                               // backfill; 0: plan, then machine
};

struct Context {
  pg::Connection& db;
  const plan::Plan& plan;
  const plan::Phase& phase;
  const plan::Step& step;
  std::int64_t epoch;
  Progress& progress;
  const Options& options;
};

journal::Evidence run(Context& context);
void undo(Context& context);

// ---- one kind each
journal::Evidence run(Context& context, const plan::SqlStep& step);
journal::Evidence run(Context& context, const plan::ProfileStep& step);
journal::Evidence run(Context& context, const plan::SyncStep& step);
journal::Evidence run(Context& context, const plan::BackfillStep& step);
journal::Evidence run(Context& context, const plan::VerifyStep& step);
journal::Evidence run(Context& context, const plan::RequireStep& step);
journal::Evidence run(Context& context, const plan::RolloutStep& step);
journal::Evidence run(Context& context, const plan::RetireStep& step);
journal::Evidence run(Context& context, const plan::DropStep& step);
journal::Evidence run(Context& context, const plan::PreviewStep& step);
void undo(Context& context, const plan::SqlStep& step);
void undo(Context& context, const plan::ProfileStep& step);
void undo(Context& context, const plan::SyncStep& step);
void undo(Context& context, const plan::BackfillStep& step);
void undo(Context& context, const plan::VerifyStep& step);
void undo(Context& context, const plan::RequireStep& step);
void undo(Context& context, const plan::RolloutStep& step);
void undo(Context& context, const plan::RetireStep& step);
void undo(Context& context, const plan::DropStep& step);
void undo(Context& context, const plan::PreviewStep& step);

}  // namespace segue::steps
