#include "journal/identity.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "journal/journal.hpp"

namespace segue::journal {

namespace {

struct Place {
  std::string system, database, name;
  std::int64_t timeline = 0;
};

struct Found { Place journal, now; };

// The timeline that is written now; pg_control's own lags behind until the checkpoint after a promotion.
Found look(pg::Connection& db) {
  const auto rows = db.run("identity.look", R"sql(
    select m."systemIdentifier", m."databaseOid", m.timeline, c.system_identifier, d.oid, d.datname,
           ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
    from segue.meta m, pg_control_system() c, pg_catalog.pg_database d where d.datname = current_database())sql"_sql);
  return {{rows.text(0, 0), rows.text(0, 1), "", rows.integer(0, 2)}, {rows.text(0, 3), rows.text(0, 4), rows.text(0, 5), rows.integer(0, 6)}};
}

boost::json::object json_of(const Place& place) {
  return {{"systemIdentifier", place.system}, {"databaseOid", place.database}, {"timeline", place.timeline}};
}

// From now on the journal belongs to this place. A clone is a journal of its own: what was seen of the other says nothing about it.
void belongs_here(pg::Connection& db, const plan::Plan& plan, const Found& found, const std::string& actor, const std::string& action, bool clone) {
  pg::Transaction transaction(db);
  db.run("identity.here", R"sql(
    update segue.meta set "systemIdentifier" = $1::bigint, "databaseOid" = $2::bigint, timeline = $3::integer,
      "journalId" = case when $4::boolean then gen_random_uuid() else "journalId" end)sql"_sql,
    {found.now.system, found.now.database, found.now.timeline, clone});
  audit(db, plan.name, actor, action, {}, boost::json::serialize(boost::json::object{{"was", json_of(found.journal)}, {"is", json_of(found.now)}}));
  transaction.commit();
}

struct Behind { AuditHead known, head; };

// The journal must still hold what this machine saw last.
std::optional<Behind> behind_memory(pg::Connection& db, const std::string& plan) {
  const auto known = remembered(db, plan);
  if (!known) return std::nullopt;
  const auto held = db.run("identity.known", "select 1 from segue.audit where plan = $1 and number = $2::bigint and hash = $3"_sql,
                           {plan, known->entries, known->hash});
  if (!held.empty()) return std::nullopt;
  return Behind{*known, audit_head(db, plan).value_or(AuditHead{})};
}

std::string text_of(const Behind& behind) {
  return fmt::format("this machine saw audit entry {}, the journal {}", behind.known.entries,
                     behind.head.entries < behind.known.entries ? fmt::format("ends at {}", behind.head.entries) : "has another one in its place");
}

void refuse_clone(const plan::Plan& plan, const Found& found, const std::optional<Behind>& behind) {
  const auto which = found.journal.system == found.now.system ? fmt::format("database \"{}\" is a copy", found.now.name)
                                                              : fmt::format("database \"{}\" is on another server", found.now.name);
  throw Error(ErrorCode::refused,
              fmt::format("{}: the journal of plan \"{}\" was written elsewhere{}", which, plan.name, behind ? "; " + text_of(*behind) : ""),
              fmt::format("if you mean this one (a staging copy, a restored dump, a server after pg_upgrade), say segue run {} --accept-clone", plan.directory));
}

void refuse_restored(const plan::Plan& plan, const Behind& behind) {
  throw Error(ErrorCode::refused, fmt::format("the journal of plan \"{}\" is older than it was: {}", plan.name, text_of(behind)),
              fmt::format("an older backup was restored, or a fail-over lost the latest transactions: see what the application lost; "
                          "then segue run {} --accept-restored goes on from what the journal says", plan.directory));
}

}  // namespace

void refuse_standby(pg::Connection& db) {
  if (db.run("identity.recovery", "select pg_is_in_recovery()"_sql).boolean())
    throw Error(ErrorCode::refused, "the server is a standby: it takes no writes",
                "connect to the primary; a URL that names every host and target_session_attrs=read-write finds it");
}

std::vector<std::string> recognise(pg::Connection& db, const plan::Plan& plan, const Accepted& accepted, const std::string& actor) {
  const auto found = look(db);
  const auto behind = behind_memory(db, plan.name);
  if (found.journal.system != found.now.system || found.journal.database != found.now.database) {
    if (!accepted.clone) refuse_clone(plan, found, behind);
    belongs_here(db, plan, found, actor, "clone accepted", true);
    return {"this copy has a journal of its own from now on"};
  }
  if (behind) {
    if (!accepted.restored) refuse_restored(plan, *behind);
    audit(db, plan.name, actor, "older journal accepted", {},
          boost::json::serialize(boost::json::object{{"known", behind->known.text()}, {"head", behind->head.text()}}));
  }
  if (found.journal.timeline == found.now.timeline) return {};
  belongs_here(db, plan, found, actor, "server promoted", false);
  return {fmt::format("the server was promoted since the last run (timeline {} to {}): the journal is whole, going on", found.journal.timeline,
                      found.now.timeline)};
}

}  // namespace segue::journal
