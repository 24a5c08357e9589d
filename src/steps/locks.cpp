#include "steps/locks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "catalog/catalog.hpp"

namespace segue::steps {

using sql::build;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto longest_wait = std::chrono::milliseconds(5000);   // for a lock that stops nobody

double ms_since(Clock::time_point begin) { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); }

// SHARE and stronger stop writers; weaker table locks stop only other DDL and VACUUM.
bool stops_the_application(sql::Lock lock) { return lock >= sql::Lock::share; }

// Only tables that exist can be locked; a statement that creates one has nothing to wait for.
std::vector<sql::QualifiedName> existing(Context& context, const Needed& needed) {
  std::vector<sql::QualifiedName> tables;
  if (needed.lock < sql::Lock::share_update_exclusive) return tables;
  for (auto name : needed.tables) {
    if (name.schema.empty()) name.schema = context.plan.schema;
    if (catalog::find_table(context.db, name)) tables.push_back(name);
  }
  return tables;
}

void set_lock_timeout(Context& context, std::chrono::milliseconds longest) {
  context.db.run("step.lock_timeout", "select set_config('lock_timeout', $1, true)"_sql, {fmt::format("{}ms", longest.count())});
}

// A session that has waited for its deadlock_timeout makes an autovacuum that blocks it give way; one that gives up sooner never does.
// So the first lock is one that stops no reader and no writer, held or waited for, and may be waited for that long.
void lock_patiently(Context& context, const std::vector<sql::QualifiedName>& tables) {
  const auto deadlock_timeout = std::chrono::milliseconds(context.db.run("step.deadlock_timeout",
      "select setting::bigint from pg_catalog.pg_settings where name = 'deadlock_timeout'"_sql).integer());
  set_lock_timeout(context, std::max(context.plan.limits.lock_timeout, std::min(deadlock_timeout + std::chrono::milliseconds(500), longest_wait)));
  for (const auto& table : tables) context.db.run("step.lock_softly", build("lock table {} in share update exclusive mode"_sql, table));
}

double attempt(Context& context, const std::vector<sql::QualifiedName>& tables, sql::Lock lock, const std::function<void()>& work) {
  pg::Transaction transaction(context.db);
  journal::fence(context.db, context.plan.name, context.epoch);
  if (!tables.empty()) lock_patiently(context, tables);
  set_lock_timeout(context, context.plan.limits.lock_timeout);
  const auto begin = Clock::now();
  for (const auto& table : tables)
    context.db.run("step.lock", build("lock table {} in {} mode"_sql, table, sql::Sql::from_journal(std::string(sql::name_of(lock)))));
  fault::point(fault::Point::locks_had, context.db.socket());
  work();
  transaction.commit(fault::Point::locked_work);
  return tables.empty() || !stops_the_application(lock) ? 0 : ms_since(begin);
}

bool worth_a_retry(const Error& error) { return error.sqlstate() == "55P03" || error.sqlstate() == "40P01"; }

std::string blocker_text(pg::Connection& db, const std::vector<sql::QualifiedName>& tables) {
  const auto blockers = catalog::lock_holders(db, tables);
  if (blockers.empty()) return "a session that is gone by now";
  return blockers.front().text;
}

// At most ten times what an attempt may make the application wait: long holders cost it a tenth of its time, short ones cost
// the plan little.
void back_off(int attempts, std::chrono::milliseconds lock_timeout) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto longest = std::min(std::clamp(static_cast<int>(lock_timeout.count()) * 10, 200, 5000), 100 << std::min(attempts, 6));
  const auto wait = std::chrono::milliseconds(std::uniform_int_distribution<int>(longest / 2, longest)(random));
  for (const auto end = Clock::now() + wait; Clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    stop_if_interrupted();
}

}  // namespace

double in_locked_transaction(Context& context, const Needed& needed, const std::function<void()>& work) {
  const auto tables = existing(context, needed);
  const auto begin = Clock::now();
  for (int attempts = 1;; ++attempts) {
    stop_if_interrupted();
    std::string message;
    try {
      const auto waited = attempt(context, tables, needed.lock, work);
      journal::add_lock_wait(context.db, context.plan.name, context.phase.name, context.step.name, waited);
      fault::point(fault::Point::lock_wait_recorded, context.db.socket());
      return waited;
    } catch (const Error& error) {
      if (!worth_a_retry(error)) throw;
      message = error.message();
    }
    // Those who queued behind this attempt waited for it, too.
    journal::add_lock_wait(context.db, context.plan.name, context.phase.name, context.step.name,
                           stops_the_application(needed.lock) ? static_cast<double>(context.plan.limits.lock_timeout.count()) : 0);
    const auto blocker = blocker_text(context.db, tables.empty() ? needed.tables : tables);
    if (Clock::now() - begin > context.plan.limits.lock_budget)
      throw Error(ErrorCode::lock_timeout, fmt::format("step \"{}\" did not get its lock in {} attempts; held by {}", context.step.name, attempts, blocker),
                  "wait for the blocker or end it, then run the same command again; nothing was changed").with_sqlstate("55P03");
    context.progress.note(fmt::format("lock held by {}; attempt {} gave way, next one soon", blocker, attempts));
    back_off(attempts, context.plan.limits.lock_timeout);
  }
}

void outside_transaction(Context& context, const std::string& name, const sql::Sql& statement) {
  stop_if_interrupted();
  context.db.run(name, statement);
}

bool is_clash(const Error& error) { return error.sqlstate() == "55P03" || error.sqlstate() == "40P01" || error.sqlstate() == "40001"; }

void Clashes::met(const Error& error, pg::Connection& db, const sql::QualifiedName& table) {
  if (!is_clash(error)) throw error;
  if (++in_a_row_ == 1) first_ = Clock::now();
  if (const auto tried = Clock::now() - first_; tried > budget_)
    throw Error(ErrorCode::lock_timeout,
                fmt::format("rows of \"{}\" stayed locked for {:.0f} s, through {} attempts; the oldest transaction on it is that of {}", table.name,
                            std::chrono::duration<double>(tried).count(), in_a_row_, blocker_text(db, {table})),
                "end the session that holds them, then run the same command again").with_sqlstate(error.sqlstate());
  std::this_thread::sleep_for(std::chrono::milliseconds(std::min(2000, 10 << std::min(in_a_row_, 7))));
}

}  // namespace segue::steps
