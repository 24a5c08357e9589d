// What a phase has done, from the journal: the account that is put before the people who decide about the next one.
// Does: read the journal, and count how far each mapping's new side is filled. One read-only transaction, one moment.
// Does not: write, judge, or lay out text (cli/report.cpp). No value of the application's tables is in it.
#pragma once
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "plan/plan.hpp"

namespace segue::engine {

struct PhaseProgress { std::string name, title; int done = 0, steps = 0; };
// Rows whose new side is complete (full), partly there (partial) or not there at all, so that only the old side serves (fallback). What
// nobody requires and the mapping computes to be NULL is not missing.
struct Coverage { std::string mapping, table; std::int64_t rows = 0, full = 0, partial = 0, fallback = 0, queued = 0, accepted = 0; };
struct CheckResult { std::string name, expected, found, at; bool passed = false; };
struct ChecklistAnswer { std::string item, actor, reason, at; };   // no actor: unanswered

struct Report {
  std::string plan, title, hash, phase, phase_title, at;
  bool same_plan = true;
  std::vector<PhaseProgress> phases;
  std::vector<journal::StepRecord> steps;                        // of the phase
  std::vector<Coverage> coverage;
  std::vector<CheckResult> checks;                               // the latest of each name
  std::vector<ChecklistAnswer> checklist;
  std::vector<journal::Approval> approvals;
  std::vector<journal::Flag> flags;
  std::vector<std::string> next;                                 // what is to be done now, a command each where there is one
};

// `phase` empty: the last that has begun. Error{not_found} for a phase the plan does not have.
Report report(pg::Connection& db, const plan::Plan& plan, const std::string& phase);

}  // namespace segue::engine
