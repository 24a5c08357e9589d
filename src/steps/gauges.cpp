#include "steps/gauges.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"

namespace segue::steps {
namespace {

constexpr auto longest_look = std::chrono::seconds(5);
constexpr auto disk_pace = std::chrono::seconds(5);              // every file of the database is looked at
constexpr std::size_t longest_memory = 4000;

double share(std::int64_t of, std::int64_t budget) { return static_cast<double>(of) / static_cast<double>(budget); }

}  // namespace

std::string grant_to_see(const std::string& role) { return "grant pg_monitor to " + sql::quote_identifier(role); }

Gauges::Gauges(const std::string& url, const plan::Plan& plan, std::int64_t bytes_before) : url_(url), plan_(plan), bytes_before_(bytes_before) {}

std::vector<Reading> Gauges::read(Budgets::Time now) {
  Readings readings;
  try {
    if (!db_) {
      db_.emplace(url_, pg::Session{.application_name = "segue/budgets/" + plan_.name, .statement_timeout = longest_look});
      role_ = db_->run("budget.role", "select current_user"_sql).text();
    }
    look_at_all(now, readings);
  } catch (const Error& error) {
    if (db_ && !db_->is_open()) db_.reset();
    readings.push_back({"server", std::nullopt, "the server could not be asked how far others are behind: " + error.message()});
  }
  return readings;
}

void Gauges::look_at_all(Budgets::Time now, Readings& readings) {
  const auto& limits = plan_.limits;
  if (limits.replica_lag || limits.replica_backlog) replicas(now, readings);
  if (limits.slot_backlog) slots(readings);
  if (limits.archive_backlog) archive(readings);
  if (limits.oldest_xmin) oldest_xmin(readings);
  if (limits.disk || limits.disk_reserve) disk(now, readings);
}

// How long ago the server wrote what this replica has yet to replay. The server's own replay_lag stands still while the replay does.
double Gauges::seconds_behind(Budgets::Time now, std::int64_t replayed) const {
  for (const auto& written : written_)
    if (written.position > replayed) return std::chrono::duration<double>(now - written.at).count();
  return 0;
}

void Gauges::replicas(Budgets::Time now, Readings& readings) {
  const auto position = db_->run("budget.position", "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"_sql).integer();
  if (written_.empty() || position > written_.back().position) written_.push_back({now, position});
  if (written_.size() > longest_memory) written_.pop_front();
  const auto rows = db_->run("budget.replicas", R"sql(
    select coalesce(nullif(application_name, ''), '?'), state is null, pg_wal_lsn_diff(replayed, '0/0')::bigint
    from pg_catalog.pg_stat_replication, lateral (select coalesce(replay_lsn, flush_lsn, write_lsn) as replayed) r
    where state is null or replayed is not null)sql"_sql);
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.boolean(row, 1)) readings.push_back({"replica lag", std::nullopt, "how far a replica is behind cannot be seen: " + grant_to_see(role_)});
    else replica(now, rows.text(row, 0), position, rows.integer(row, 2), readings);
  }
}

void Gauges::replica(Budgets::Time now, const std::string& name, std::int64_t position, std::int64_t replayed, Readings& readings) const {
  const auto& limits = plan_.limits;
  const auto behind = std::max<std::int64_t>(0, position - replayed);
  if (limits.replica_backlog)
    readings.push_back({"replica backlog", share(behind, *limits.replica_backlog),
                        fmt::format("replica \"{}\" has {} of WAL to replay (budget {})", name, bytes_text(behind), bytes_text(*limits.replica_backlog))});
  if (!limits.replica_lag) return;
  const double seconds = seconds_behind(now, replayed), budget = static_cast<double>(limits.replica_lag->count()) / 1000;
  readings.push_back({"replica lag", seconds / budget, fmt::format("replica \"{}\" replays what is {:.0f} s old (budget {:g} s)", name, seconds, budget)});
}

// A slot that is lost already keeps nothing any more; one that is about to be is not pushed over the edge.
void Gauges::slots(Readings& readings) {
  const auto rows = db_->run("budget.slots", R"sql(
    select slot_name, active, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint from pg_catalog.pg_replication_slots
    where restart_lsn is not null and wal_status <> 'lost')sql"_sql);
  for (int row = 0; row < rows.rows(); ++row) {
    const bool about_to_be_lost = rows.text(row, 2) == "unreserved";
    const auto kept = rows.integer(row, 3);
    const auto used = share(kept, *plan_.limits.slot_backlog);
    readings.push_back({"slot backlog", about_to_be_lost ? std::max(used, 1.0) : used,
                        fmt::format("replication slot \"{}\"{} keeps {} of WAL (budget {}){}", rows.text(row, 0), rows.boolean(row, 1) ? "" : ", which nobody reads,",
                                    bytes_text(kept), bytes_text(*plan_.limits.slot_backlog), about_to_be_lost ? " and is about to be lost" : "")});
  }
}

void Gauges::archive(Readings& readings) {
  const auto may = db_->run("budget.may_see_archive", R"sql(
    select current_setting('archive_mode') <> 'off', has_function_privilege('pg_catalog.pg_ls_archive_statusdir()', 'execute'))sql"_sql);
  if (!may.boolean(0, 0)) return;
  if (!may.boolean(0, 1)) {
    readings.push_back({"archive backlog", std::nullopt, "how much WAL waits to be archived cannot be seen: " + grant_to_see(role_)});
    return;
  }
  const auto rows = db_->run("budget.archive", R"sql(
    select (select count(*) from pg_catalog.pg_ls_archive_statusdir() where name like '%.ready') * pg_size_bytes(current_setting('wal_segment_size')),
           failed_count > 0 and (last_archived_time is null or last_failed_time > last_archived_time) from pg_catalog.pg_stat_archiver)sql"_sql);
  const auto waiting = rows.integer(0, 0);
  readings.push_back({"archive backlog", share(waiting, *plan_.limits.archive_backlog),
                      fmt::format("{} of WAL wait to be archived (budget {}){}", bytes_text(waiting), bytes_text(*plan_.limits.archive_backlog),
                                  rows.boolean(0, 1) ? ", and archiving fails" : "")});
}

// Whoever keeps VACUUM from removing what the batches leave behind: snapshots and transactions here, of replicas, of slots, prepared ones.
void Gauges::oldest_xmin(Readings& readings) {
  const auto rows = db_->run("budget.xmin", R"sql(
    select age, holder from (
      select greatest(age(backend_xid), age(backend_xmin)) as age,
             format('server process %s (%s)', pid, coalesce(nullif(application_name, ''), backend_type, '?')) as holder
        from pg_catalog.pg_stat_activity where pid <> pg_backend_pid() and (datname = current_database() or datname is null)
          and backend_type is distinct from 'autovacuum worker'
      union all select age(transaction), format('prepared transaction "%s"', gid) from pg_catalog.pg_prepared_xacts where database = current_database()
      union all select age(xmin), format('replication slot "%s"', slot_name) from pg_catalog.pg_replication_slots) held
    where age is not null order by age desc limit 1)sql"_sql);
  if (rows.empty()) return;
  const auto age = rows.integer(0, 0);
  readings.push_back({"oldest xmin", share(age, *plan_.limits.oldest_xmin),
                      fmt::format("{} is {} transactions old (budget {}): until it ends, no dead row can be removed", rows.text(0, 1), grouped(age),
                                  grouped(*plan_.limits.oldest_xmin))});
}

void Gauges::disk(Budgets::Time now, Readings& readings) {
  if (!disk_seen_ || now - *disk_seen_ >= disk_pace) {
    disk_ = disk_now();
    disk_seen_ = now;
  }
  readings.insert(readings.end(), disk_.begin(), disk_.end());
}

Gauges::Readings Gauges::disk_now() {
  const auto& limits = plan_.limits;
  Readings readings;
  if (limits.disk) {
    const auto grown = std::max<std::int64_t>(0, db_->run("budget.size", "select pg_database_size(current_database())"_sql).integer() - bytes_before_);
    readings.push_back({"disk", share(grown, *limits.disk),
                        fmt::format("the database has grown by {} since the step began (budget {})", bytes_text(grown), bytes_text(*limits.disk))});
  }
  if (const auto left = limits.disk_reserve ? catalog::free_bytes(*db_) : std::nullopt)
    readings.push_back({"disk reserve", share(*limits.disk_reserve, std::max<std::int64_t>(1, *left)),
                        fmt::format("{} are free on the server's disk (reserve {})", bytes_text(*left), bytes_text(*limits.disk_reserve))});
  return readings;
}

}  // namespace segue::steps
