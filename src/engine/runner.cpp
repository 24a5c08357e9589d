#include "engine/runner.hpp"

#include "journal/journal.hpp"

namespace segue::engine {

Runner::Runner(const std::string& url, const plan::Plan& plan, const std::string& verb, bool accept_changed_plan, const std::string& actor)
    : db_(url, {.application_name = "segue/" + verb + "/" + plan.name, .search_path = sql::quote_identifier(plan.schema)}) {
  // A runner that is killed must not leave its server process at work, and in possession of the lock.
  constexpr int checks_its_client = 140000;
  if (db_.server_version() >= checks_its_client) db_.run("runner.check_client", "set client_connection_check_interval = '1s'"_sql);
  journal::install(db_);
  journal::lock(db_, plan.name);
  fault::point(fault::Point::plan_locked, db_.socket());
  epoch_ = journal::open_epoch(db_, plan, accept_changed_plan, actor);
}

}  // namespace segue::engine
