// segue watch: new texts are read and their rows healed as they come, until it is stopped.
#include "engine/watch.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/command.hpp"

namespace segue::cli {

namespace {

std::string text_of(const engine::WatchEvent& event) {
  if (event.what == "healed")
    return event.texts > 0 ? fmt::format("healed: {} texts read, {} of them unreadable, their rows right after {} ms at most", event.texts, event.unreadable, event.waited_ms)
                           : fmt::format("healed: {} rows of the repair queue settled, {} left", event.repairs_settled, event.repairs_open);
  if (event.what == "waiting") return "waiting: the plan has not begun, or dual write is off";
  return event.detail.empty() ? event.what : event.what + ": " + event.detail;
}

boost::json::object json_of(const engine::WatchEvent& event) {
  boost::json::object object{{"event", event.what}};
  if (event.what == "healed") {
    object["texts"] = event.texts;
    object["unreadable"] = event.unreadable;
    object["waitedMs"] = event.waited_ms;
    object["repairsSettled"] = event.repairs_settled;
    object["repairsOpen"] = event.repairs_open;
  }
  if (!event.detail.empty()) object["detail"] = event.detail;
  return object;
}

}  // namespace

int watch(const Words& words) {
  const Arguments arguments(words, with_common({{"--once"}}));
  arguments.at_most(1);
  const auto plan = load_plan(arguments);
  const bool json = arguments.has("--json");
  engine::WatchOptions options;
  options.once = arguments.has("--once");
  options.tell = [json](const engine::WatchEvent& event) { print(json ? boost::json::serialize(json_of(event)) : text_of(event)); };
  engine::watch(database_url(arguments), plan, options);
  return 0;
}

}  // namespace segue::cli
