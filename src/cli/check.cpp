#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/command.hpp"
#include "cli/findings.hpp"

namespace segue::cli {

void print_findings(const std::vector<check::Finding>& findings) {
  print(findings.empty() ? "no findings" : "findings:");
  for (const auto& finding : findings)
    print(fmt::format("  {} {} [{}] {}\n    HINT: {}", check::name_of(finding.severity), finding.where, finding.rule, finding.message, finding.hint));
}

boost::json::array json_of(const std::vector<check::Finding>& findings) {
  boost::json::array found;
  for (const auto& finding : findings)
    found.push_back(boost::json::object{{"rule", finding.rule}, {"severity", check::name_of(finding.severity)}, {"where", finding.where},
                                        {"message", finding.message}, {"hint", finding.hint}});
  return found;
}

int status_of(const std::vector<check::Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const auto& finding) { return finding.severity == check::Severity::error; }) ? 1 : 0;
}

int check(const Words& words) {
  const Arguments arguments(words, with_common({}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  std::vector<check::Finding> findings;
  if (arguments.has("--database")) {
    segue::pg::Connection db(database_url(arguments), {.application_name = "segue/check/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
    findings = check::check(db, plan);
  } else {
    findings = check::check_plan(plan);
  }
  if (arguments.has("--json")) print(boost::json::serialize(boost::json::object{{"plan", plan.name}, {"hash", plan.hash}, {"findings", json_of(findings)}}));
  else print_findings(findings);
  return status_of(findings);
}

}  // namespace segue::cli
