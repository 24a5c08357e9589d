#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/command.hpp"
#include "engine/grants.hpp"

namespace segue::cli {

int grants(const Words& words) {
  const Arguments arguments(words, with_common({{"--role", true}}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const auto role = arguments.value_or("--role", "segue");
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/grants/" + plan.name});
  const auto needed = engine::grants(db, plan, role);
  if (arguments.has("--json")) {
    boost::json::array list;
    for (const auto& grant : needed) list.push_back(boost::json::object{{"sql", grant.sql}, {"why", grant.why}});
    print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"role", role}, {"grants", list}}));
    return 0;
  }
  print(fmt::format("-- What role {} needs for plan {}, in this database as it is now. To be run by a superuser.\n"
                    "-- Applications need nothing of it to write: dual write has the rights of its owner. They read flags as everybody may.",
                    sql::quote_identifier(role), plan.name));
  for (const auto& grant : needed) print(fmt::format("{}{};", grant.why.empty() ? "" : "\n-- " + grant.why + "\n", grant.sql));
  return 0;
}

}  // namespace segue::cli
