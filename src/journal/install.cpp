#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "embedded/journal_sql.hpp"
#include "embedded/upgrade_1_sql.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

using sql::Sql;

int installed_version(pg::Connection& db) {
  // A query over the catalog, not to_regclass(): that may answer from a cache which has not heard of another session's commit.
  const auto exists = db.run("journal.exists", R"sql(
    select exists (select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'segue' and c.relname = 'meta'))sql"_sql).boolean();
  return exists ? static_cast<int>(db.run("journal.version", "select version from segue.meta"_sql).integer()) : 0;
}

namespace {

void refuse_newer(int found) {
  if (found > version)
    throw Error(ErrorCode::journal_newer, fmt::format("the journal has layout {}, this segue knows {}", found, version),
                "use the segue that wrote it, or a newer one");
}

// Version 0.1.0, and what came between it and 0.2.0, called their layouts 1, too.
void refuse_unknown_layout(pg::Connection& db) {
  const auto whole = db.run("journal.layout", R"sql(
    select count(*) = 3 from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'segue'::regnamespace and (c.relname, a.attname) in (('decisions', 'withdrawnFor'), ('value_seen', 'behind'), ('audit', 'hash')))sql"_sql).boolean();
  if (!whole)
    throw Error(ErrorCode::refused, "the journal was laid out before segue 0.2.0: it cannot be brought up to date",
                "with the segue that wrote it, end its plans or roll them back to start; then drop schema segue, and run this one");
}

// A runner of an older segue that is at work would go on with statements for the layout it knows.
void refuse_running(pg::Connection& db) {
  const auto plans = db.run("journal.plans", "select plan, pg_try_advisory_xact_lock(hashtextextended('segue:plan:' || plan, 0)) from segue.plans order by plan"_sql);
  for (int row = 0; row < plans.rows(); ++row)
    if (!plans.boolean(row, 1))
      throw Error(ErrorCode::locked, fmt::format("plan \"{}\" is being worked on: the journal cannot be brought up to date meanwhile", plans.text(row, 0)),
                  "wait for that runner to end, then run the same command again");
}

// In the caller's transaction. The application's triggers write the tables it alters: it gives way to them.
void alter_layout(pg::Connection& db, int from) {
  refuse_running(db);
  db.run("journal.give_way", "set local lock_timeout = '100ms'"_sql);
  db.run_script("journal.upgrade", Sql::from_journal(std::string(embedded::upgrade_1_sql())));
  const auto plans = db.run("journal.plans", "select plan from segue.plans order by plan"_sql);
  for (int row = 0; row < plans.rows(); ++row)
    audit(db, plans.text(row, 0), "segue", "journal brought up to date", {}, fmt::format(R"({{"from": {}, "to": {}}})", from, version));
}

// Two at once: the second waits here and then finds what the first has made.
template <class Work> void in_turn(pg::Connection& db, const Work& work) {
  pg::Transaction transaction(db);
  db.run("journal.install_lock", "select pg_advisory_xact_lock(hashtextextended('segue:install', 0))"_sql);
  work(installed_version(db));
  transaction.commit(fault::Point::journal_installed);
}

// False if somebody stood in the way.
bool try_upgrade(pg::Connection& db) {
  try {
    in_turn(db, [&](int found) { if (found < version) alter_layout(db, found); });
    return true;
  } catch (const Error& error) {
    if (error.sqlstate() != "55P03") throw;
    return false;
  }
}

}  // namespace

bool is_installed(pg::Connection& db) {
  const auto found = installed_version(db);
  refuse_newer(found);
  if (found != 0 && found < version)
    throw Error(ErrorCode::refused, fmt::format("the journal has layout {}, this segue works with {}", found, version),
                "segue journal upgrade brings it up to date, once no older segue is at work; so does segue run");
  return found != 0;
}

void install(pg::Connection& db) {
  if (installed_version(db) == 0)
    in_turn(db, [&](int found) { if (found == 0) db.run_script("journal.install", Sql::from_journal(std::string(embedded::journal_sql()))); });
  const auto found = installed_version(db);
  refuse_newer(found);
  if (found < version) refuse_unknown_layout(db);
}

void upgrade(pg::Connection& db) {
  constexpr int attempts = 100;
  for (int attempt = 1; installed_version(db) < version && !try_upgrade(db); ++attempt) {
    if (attempt == attempts)
      throw Error(ErrorCode::lock_timeout, "the journal cannot be brought up to date: a transaction that wrote to it stays open", "run the same command again when it is over");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void lock(pg::Connection& db, const std::string& plan) {
  const auto key = "segue:plan:" + plan;
  if (db.run("journal.lock", "select pg_try_advisory_lock(hashtextextended($1, 0))"_sql, {key}).boolean()) return;
  const auto holder = db.run("journal.lock_holder", R"sql(
    select l.pid, coalesce(a.application_name, '?') from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended($1, 0))sql"_sql, {key});
  const auto who = holder.empty() ? std::string("another session")
                                  : fmt::format("server process {} ({})", holder.text(0, 0), holder.text(0, 1));
  throw Error(ErrorCode::locked, fmt::format("plan \"{}\" is being worked on by {}", plan, who),
              "wait for it; segue status shows how far it is");
}

std::optional<std::string> begun_hash(pg::Connection& db, const std::string& plan) {
  const auto rows = db.run("journal.plan_hash", "select hash from segue.plans where plan = $1"_sql, {plan});
  if (rows.empty()) return std::nullopt;
  return rows.text();
}

std::int64_t open_epoch(pg::Connection& db, const plan::Plan& plan, bool accept_changed, const std::string& actor) {
  const auto begun = begun_hash(db, plan.name);
  if (begun && *begun != plan.hash && !accept_changed)
    throw Error(ErrorCode::plan_changed, fmt::format("plan \"{}\" was changed after it was begun", plan.name),
                "put the files back as they were, or say --accept-changed-plan; approvals of the old one are void either way");
  pg::Transaction transaction(db);
  const auto epoch = db.run("journal.epoch", R"sql(
    insert into segue.plans (plan, title, hash, epoch) values ($1, $2, $3, 1)
    on conflict (plan) do update set title = $2, hash = $3, epoch = segue.plans.epoch + 1 returning epoch)sql"_sql,
    {plan.name, plan.title, plan.hash}).integer();
  const auto evidence = "{\"hash\": \"" + plan.hash + "\"}";
  if (epoch == 1) audit(db, plan.name, actor, "plan begun", {}, evidence);
  if (begun && *begun != plan.hash) audit(db, plan.name, actor, "changed plan accepted", {}, evidence);
  transaction.commit(fault::Point::epoch_raised);
  return epoch;
}

void fence(pg::Connection& db, const std::string& plan, std::int64_t epoch) {
  const auto rows = db.run("journal.fence", "select 1 from segue.plans where plan = $1 and epoch = $2 for share"_sql, {plan, epoch});
  if (rows.empty())
    throw Error(ErrorCode::fenced, fmt::format("another runner has taken over plan \"{}\"", plan), "segue status shows its work");
}

}  // namespace segue::journal
