// Approvals and flags: what people decide.
#include "base/error.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

void approve(pg::Connection& db, const plan::Plan& plan, const std::string& phase, const std::optional<std::string>& item,
             const std::string& actor, const std::string& reason) {
  // Said again, because the answer was lost, it is the same approval.
  const auto given = db.run("journal.approve", R"sql(
    insert into segue.approvals (plan, phase, "planHash", item, actor, reason) select $1, $2, $3, $4, $5, $6
    where not exists (select 1 from segue.approvals where plan = $1 and phase = $2 and "planHash" = $3 and item is not distinct from $4
                      and actor = $5 and reason = $6 and "withdrawnAt" is null))sql"_sql,
    {plan.name, phase, plan.hash, item, actor, reason}).affected();
  if (given > 0) audit(db, plan.name, actor, "approved " + phase, reason);
}

std::vector<Approval> approvals(pg::Connection& db, const plan::Plan& plan, const std::string& phase) {
  const auto rows = db.run("journal.approvals", R"sql(
    select phase, coalesce(item, ''), actor, reason, at from segue.approvals
    where plan = $1 and phase = $2 and "planHash" = $3 and "withdrawnAt" is null order by id)sql"_sql, {plan.name, phase, plan.hash});
  std::vector<Approval> found;
  for (int row = 0; row < rows.rows(); ++row)
    found.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4)});
  return found;
}

void withdraw_approvals(pg::Connection& db, const std::string& plan, const std::string& phase) {
  db.run("journal.withdraw", R"sql(
    update segue.approvals set "withdrawnAt" = clock_timestamp()
    where plan = $1 and phase = $2 and item is null and "withdrawnAt" is null)sql"_sql, {plan, phase});
}

namespace {

Flag flag_of(const pg::Result& rows, int row) {
  return {rows.text(row, 0), rows.text(row, 1), static_cast<int>(rows.integer(row, 2)), rows.integer(row, 3), rows.text(row, 4), rows.number(row, 5)};
}

}  // namespace

std::optional<Flag> flag(pg::Connection& db, const std::string& key) {
  const auto rows = db.run("journal.flag", R"sql(select key, flag, percent, revision, "changedBy",
      extract(epoch from clock_timestamp() - "changedAt") from segue.flags where key = $1)sql"_sql, {key});
  if (rows.empty()) return std::nullopt;
  return flag_of(rows, 0);
}

std::vector<Flag> flags(pg::Connection& db, const std::string& plan) {
  const auto rows = db.run("journal.flags", R"sql(
    select key, flag, percent, revision, "changedBy",
      extract(epoch from clock_timestamp() - "changedAt") from segue.flags where plan = $1 order by key)sql"_sql, {plan});
  std::vector<Flag> found;
  for (int row = 0; row < rows.rows(); ++row) found.push_back(flag_of(rows, row));
  return found;
}

std::int64_t set_flag(pg::Connection& db, const std::string& plan, const std::string& flag, int percent, const std::string& actor) {
  return db.run("journal.set_flag", R"sql(
    insert into segue.flags (key, plan, flag, percent, "changedBy") values ('segue.' || $1 || '.' || $2, $1, $2, $3::integer, $4)
    on conflict (key) do update set percent = $3::integer, revision = nextval('segue.flag_revision'), "changedBy" = $4,
      "changedAt" = clock_timestamp() returning revision)sql"_sql, {plan, flag, percent, actor}).integer();
}

std::vector<std::string> laggards(pg::Connection& db, std::int64_t revision) {
  const auto rows = db.run("journal.laggards", R"sql(
    select c.instance from segue.flag_clients c join pg_catalog.pg_stat_activity a on a.pid = c."backendPid"
    where c.revision < $1::bigint and a.backend_start <= c."seenAt" order by 1)sql"_sql, {revision});
  std::vector<std::string> names;
  for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
  return names;
}

std::int64_t connected_clients(pg::Connection& db) {
  return db.run("journal.flag_clients", R"sql(
    select count(*) from segue.flag_clients c join pg_catalog.pg_stat_activity a on a.pid = c."backendPid"
    where a.backend_start <= c."seenAt")sql"_sql).integer();
}

std::vector<std::string> overriding(pg::Connection& db, const std::string& key, int percent) {
  const auto rows = db.run("journal.overriding", R"sql(
    select c.instance || ' (' || (c.overrides ->> $1) || ' %)'
    from segue.flag_clients c join pg_catalog.pg_stat_activity a on a.pid = c."backendPid"
    where a.backend_start <= c."seenAt" and c.overrides ? $1 and c.overrides ->> $1 is distinct from $2
    order by 1)sql"_sql, {key, std::to_string(percent)});
  std::vector<std::string> names;
  for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
  return names;
}

}  // namespace segue::journal
