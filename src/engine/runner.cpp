#include "engine/runner.hpp"

#include "journal/journal.hpp"

namespace segue::engine {

Runner::Runner(const std::string& url, const plan::Plan& plan, const std::string& verb, bool accept_changed_plan)
    : db_(url, {.application_name = "segue/" + verb + "/" + plan.name, .search_path = sql::quote_identifier(plan.schema)}) {
  journal::install(db_);
  journal::lock(db_, plan.name);
  epoch_ = journal::open_epoch(db_, plan, accept_changed_plan);
}

}  // namespace segue::engine
