#include "engine/runner.hpp"

#include "base/error.hpp"
#include "journal/journal.hpp"

namespace segue::engine {

namespace {

// Without it every other role's session is nameless and ageless: whoever holds a lock, or has not followed a flag, would not be seen.
void require_sight_of_others(pg::Connection& db) {
  const auto rows = db.run("runner.sight", "select pg_has_role(current_user, 'pg_read_all_stats', 'usage'), current_user"_sql);
  if (!rows.boolean(0, 0))
    throw Error(ErrorCode::permission, "role \"" + rows.text(0, 1) + "\" may not see the sessions of others: who holds a lock, or follows a flag, would stay unknown",
                "grant pg_read_all_stats to " + sql::quote_identifier(rows.text(0, 1)) + "; segue grants PLAN prints everything the role needs");
}

}  // namespace

Runner::Runner(const std::string& url, const plan::Plan& plan, const std::string& verb, const journal::Accepted& accepted, const std::string& actor,
               Progress& progress)
    : db_(url, {.application_name = "segue/" + verb + "/" + plan.name, .search_path = sql::quote_identifier(plan.schema), .lock_timeout = plan.limits.lock_budget}),
      lookout_(url, plan.name, db_, progress), plan_(plan.name) {
  // A runner that is killed must not leave its server process at work, and in possession of the lock.
  constexpr int checks_its_client = 140000;
  if (db_.server_version() >= checks_its_client) db_.run("runner.check_client", "set client_connection_check_interval = '1s'"_sql);
  journal::refuse_standby(db_);
  require_sight_of_others(db_);
  journal::install(db_);
  journal::lock(db_, plan.name);
  fault::point(fault::Point::plan_locked, db_.socket());
  const auto notes = journal::recognise(db_, plan, accepted, actor);
  journal::upgrade(db_);
  if (!notes.empty()) progress.begin("journal", "identity");
  for (const auto& note : notes) progress.note(note);
  if (!notes.empty()) progress.end("accepted");
  epoch_ = journal::open_epoch(db_, plan, accepted.changed_plan, actor);
  journal::remember(db_, plan_);
}

Runner::~Runner() {
  try {
    if (db_.is_open() && !db_.in_transaction()) journal::remember(db_, plan_);
  } catch (const Error&) {                                       // the session is gone: what was seen before stays remembered
  }
}

}  // namespace segue::engine
