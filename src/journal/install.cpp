#include <fmt/format.h>

#include "base/error.hpp"
#include "embedded/journal_sql.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

using sql::Sql;

bool is_installed(pg::Connection& db) {
  // A query over the catalog, not to_regclass(): that may answer from a cache which has not heard of another session's commit.
  const auto exists = db.run("journal.exists", R"sql(
    select exists (select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                   where n.nspname = 'segue' and c.relname = 'meta'))sql"_sql).boolean();
  if (!exists) return false;
  const auto found = db.run("journal.version", "select version from segue.meta"_sql).integer();
  if (found > version)
    throw Error(ErrorCode::journal_newer, fmt::format("the journal has version {}, this segue knows {}", found, version),
                "use the segue that wrote it, or a newer one");
  return true;
}

void install(pg::Connection& db) {
  if (is_installed(db)) return;
  pg::Transaction transaction(db);
  // Two first runs at once: the second waits here and then finds the journal.
  db.run("journal.install_lock", "select pg_advisory_xact_lock(hashtextextended('segue:install', 0))"_sql);
  if (!is_installed(db)) db.run_script("journal.install", Sql::from_journal(std::string(embedded::journal_sql())));
  transaction.commit(fault::Point::journal_installed);
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
