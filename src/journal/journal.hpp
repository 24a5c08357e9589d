// What was begun, done and undone, in schema "segue" of the target database.
// Does: install the schema, take the plan's lock and epoch, record steps, operations, cursors, checks, approvals, flags, audit.
// Does not: decide anything. Every function that writes does so in the caller's transaction if there is one.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pg/connection.hpp"
#include "plan/plan.hpp"

namespace segue::journal {

inline constexpr int version = 2;                                // of its layout

// False if schema segue does not exist. Error{journal_newer} if a newer program wrote it, Error{refused} if an older one did and
// nobody has upgraded it yet.
bool is_installed(pg::Connection& db);
// Creates it if it is not there. Error{journal_newer}; Error{refused} for one from before 0.2.0.
void install(pg::Connection& db);
// Brings an older one up to date, in one transaction. Error{locked} while somebody else is at work on a plan.
void upgrade(pg::Connection& db);
int installed_version(pg::Connection& db);                       // 0: none

// Only one runner works on a plan. Taken before anything is read; held by the session, so it ends with it.
// Error{locked} naming the holder.
void lock(pg::Connection& db, const std::string& plan);

// Registers the plan (first run) and raises the epoch; all later writes of this runner are fenced by it.
// Error{plan_changed} if the plan is another than the one begun, unless `accept_changed`.
std::int64_t open_epoch(pg::Connection& db, const plan::Plan& plan, bool accept_changed, const std::string& actor = "segue");
// First statement of each transaction that changes something: waits for nobody, and keeps a newer runner waiting until this
// transaction is over. Error{fenced} if another runner has taken over.
void fence(pg::Connection& db, const std::string& plan, std::int64_t epoch);

std::optional<std::string> begun_hash(pg::Connection& db, const std::string& plan);

struct StepRecord {
  std::string phase, step, kind, state;
  std::int64_t rows = 0;
  double longest_lock_wait_ms = 0, seconds = 0;
  std::string detail;                                            // JSON
};
std::vector<StepRecord> steps(pg::Connection& db, const std::string& plan);
// state of a step: "", "begun", "done", "undoing" or "undone"
std::string step_state(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step);
void step_begun(pg::Connection& db, const std::string& plan, const std::string& phase, const plan::Step& step, int position);
struct Evidence { std::int64_t rows = 0; double longest_lock_wait_ms = 0; std::string detail = "{}"; };
void step_ended(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step,
                const std::string& state, const Evidence& evidence);
void step_undoing(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step);
void add_lock_wait(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step, double ms);

struct OperationRecord { int position; std::string statement; std::optional<std::string> undo; bool in_transaction; std::string state; };
std::vector<OperationRecord> operations(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step);
void operation(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& step,
               const OperationRecord& record);

void record_check(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& name, bool passed,
                  const std::string& expected, const std::string& found);

struct Approval { std::string phase, item, actor, reason, at; };
void approve(pg::Connection& db, const plan::Plan& plan, const std::string& phase, const std::optional<std::string>& item,
             const std::string& actor, const std::string& reason);
// Valid ones: given to this very plan and not withdrawn.
std::vector<Approval> approvals(pg::Connection& db, const plan::Plan& plan, const std::string& phase);
void withdraw_approvals(pg::Connection& db, const std::string& plan, const std::string& phase);

struct Flag { std::string key, flag; int percent = 0; std::int64_t revision = 0; std::string changed_by; double age_seconds = 0; };
std::optional<Flag> flag(pg::Connection& db, const std::string& key);
std::vector<Flag> flags(pg::Connection& db, const std::string& plan);
// The revision the change got. Unchanged percentages get a new one too: it is asked for again.
std::int64_t set_flag(pg::Connection& db, const std::string& plan, const std::string& flag, int percent, const std::string& actor);

// Application processes that are connected and have not taken over this revision yet.
std::vector<std::string> laggards(pg::Connection& db, std::int64_t revision);
std::int64_t connected_clients(pg::Connection& db);
// Connected application processes whose own switch sets this flag to another percentage, as "instance (its percentage %)".
std::vector<std::string> overriding(pg::Connection& db, const std::string& key, int percent);

void save_snapshot(pg::Connection& db, const std::string& plan, const std::string& phase, const std::string& schema,
                   const std::string& definition);
std::optional<std::string> snapshot(pg::Connection& db, const std::string& plan, const std::string& phase);

// evidence: JSON object text. The last statement before a COMMIT: it locks the end of the plan's chain (audit.hpp).
void audit(pg::Connection& db, const std::string& plan, const std::string& actor, const std::string& action,
           const std::string& reason = {}, const std::string& evidence = "{}");

}  // namespace segue::journal
