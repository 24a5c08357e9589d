// segue journal: which layout the journal has; an older one is brought up to date without a step of any plan.
#include "journal/journal.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "journal/identity.hpp"

namespace segue::cli {

int journal(const Words& words) {
  const Arguments arguments(words, with_common({}));
  arguments.at_most(1);
  const bool upgrade = !arguments.positional().empty();
  if (upgrade && arguments.positional().front() != "upgrade") throw Error(ErrorCode::usage, "journal cannot \"" + arguments.positional().front() + "\"", "say segue journal, or segue journal upgrade");
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/journal"});
  const auto found = segue::journal::installed_version(db);
  if (upgrade && found == 0) throw Error(ErrorCode::not_found, "there is no journal in this database", "segue run PLAN makes one");
  if (upgrade) {
    segue::journal::refuse_standby(db);
    segue::journal::install(db);
    segue::journal::upgrade(db);
  }
  const auto now = upgrade ? segue::journal::installed_version(db) : found;
  if (arguments.has("--json")) print(boost::json::serialize(boost::json::object{{"layout", now}, {"was", found}, {"works", segue::journal::version}}));
  else if (now == 0) print("no journal");
  else print(fmt::format("journal of layout {}{}; this segue works with {}", now, now == found ? "" : fmt::format(", was {}", found), segue::journal::version));
  return now == 0 || now == segue::journal::version ? 0 : 1;
}

}  // namespace segue::cli
