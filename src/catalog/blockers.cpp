// Who holds what others wait for, in words that help at night: which session, what it is about, and for how long.
#include <fmt/format.h>

#include <algorithm>

#include "catalog/catalog.hpp"

namespace segue::catalog {

using sql::build;
using sql::Sql;

namespace {

// `holders`: a query of a process (NULL: none) and the virtual transaction that holds. What this role may not see of another session is no
// reason to leave that out. The name that a transaction was prepared under may be the application's data.
Sql described(const Sql& holders) {
  return build(R"sql(
    with holders(pid, virtual) as ({}),
    sessions as (
      select coalesce(a.leader_pid, a.pid) as pid, coalesce(nullif(a.application_name, ''), a.backend_type, '?') as name,
             coalesce(a.state, a.backend_type, 'state not shown to this role') as state, coalesce(a.xact_start, a.backend_start) as since,
             upper(substring(regexp_replace(a.query, '^(\s|\(|--[^\n]*\n|/[*].*?[*]/)+', '') from '^[A-Za-z_]+')) as word,
             a.query ~ 'to prevent wraparound' as must_end
      from holders h join pg_catalog.pg_stat_activity a on a.pid = h.pid)
    select pid, format('server process %s (%s, %s, %s', pid, name, state,
             case when word = 'AUTOVACUUM' and must_end then 'VACUUM to prevent wraparound, which gives way to nobody,' when word = 'AUTOVACUUM' then 'VACUUM'
                  when word = 'DO' then 'DO block' when word = 'CALL' then 'procedure' else coalesce(word, 'statement not shown') end),
           coalesce(extract(epoch from clock_timestamp() - min(since)), 0)
    from sessions group by pid, name, state, word, must_end
    union all
    select 0, format('a prepared transaction of role "%s" in database "%s" (pg_prepared_xacts lists it, COMMIT PREPARED or ROLLBACK PREPARED ends it; there',
                     p.owner, p.database),
           extract(epoch from clock_timestamp() - p.prepared)
    from holders h join pg_catalog.pg_locks own on own.pid is null and own.locktype = 'transactionid' and own.virtualtransaction = h.virtual
    join pg_catalog.pg_prepared_xacts p on h.pid is null and p.transaction = own.transactionid
    order by 3 desc limit 5)sql"_sql, holders);
}

std::vector<Blocker> read(const pg::Result& rows) {
  std::vector<Blocker> blockers;
  for (int row = 0; row < rows.rows(); ++row)
    blockers.push_back({static_cast<int>(rows.integer(row, 0)), fmt::format("{} for {:.1f} s)", rows.text(row, 1), rows.number(row, 2)), rows.number(row, 2)});
  return blockers;
}

}  // namespace

std::vector<Blocker> lock_holders(pg::Connection& db, const std::vector<sql::QualifiedName>& tables) {
  std::vector<Blocker> blockers;
  const auto statement = described(R"sql(select distinct l.pid, l.virtualtransaction from pg_catalog.pg_locks l
        where l.locktype = 'relation' and l.granted and l.pid is distinct from pg_catalog.pg_backend_pid()
          and l.database in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
          and (l.relation = pg_catalog.to_regclass($1)::oid
               or l.relation in (select relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)))))sql"_sql);
  for (const auto& name : tables)
    for (auto& blocker : read(db.run("catalog.lock_holders", statement, {sql::render(name)}))) blockers.push_back(std::move(blocker));
  std::sort(blockers.begin(), blockers.end(), [](const Blocker& a, const Blocker& b) { return a.age_seconds > b.age_seconds; });
  return blockers;
}

// To pg_blocking_pids a prepared transaction is process 0; which one it is stands in the locks on what is waited for.
std::vector<Blocker> blockers_of(pg::Connection& db, int pid) {
  return read(db.run("catalog.blockers_of", described(R"sql(select distinct b.pid, null::text from unnest(pg_catalog.pg_blocking_pids($1::integer)) b(pid) where b.pid <> 0
      union all
      select distinct h.pid, h.virtualtransaction from pg_catalog.pg_locks w join pg_catalog.pg_locks h on h.pid is null and h.granted
        and (h.relation = w.relation and h.database = w.database or h.transactionid = w.transactionid or h.virtualxid = w.virtualxid)
      where w.pid = $1::integer and not w.granted and 0 = any (pg_catalog.pg_blocking_pids($1::integer)))sql"_sql), {pid}));
}

}  // namespace segue::catalog
