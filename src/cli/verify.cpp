#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "engine/engine.hpp"

namespace segue::cli {

int verify(const Words& words) {
  const Arguments arguments(words, with_common({}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const auto progress = progress_for(arguments);
  const auto results = engine::verify(database_url(arguments), plan, *progress);
  bool passed = true;
  boost::json::array list;
  for (const auto& result : results) {
    passed = passed && result.passed;
    list.push_back(boost::json::object{{"name", result.name}, {"expected", result.expected}, {"found", result.found}, {"passed", result.passed}, {"rows", result.rows}});
    if (!arguments.has("--json"))
      print(fmt::format("{} {}: expected {}, found {}{}", result.passed ? "ok " : "NO ", result.name, result.expected, result.found,
                        result.rows > 0 ? " (of " + grouped(result.rows) + ")" : ""));
  }
  if (arguments.has("--json")) print(boost::json::serialize(boost::json::object{{"event", "result"}, {"plan", plan.name}, {"passed", passed}, {"results", list}}));
  else if (results.empty()) print("nothing to verify: the plan has not begun");
  return passed ? 0 : 1;
}

}  // namespace segue::cli
