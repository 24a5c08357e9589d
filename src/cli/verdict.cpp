#include "cli/verdict.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace segue::cli {

std::string text_of(const gate::Verdict& verdict) {
  std::string text;
  for (const auto& item : verdict.items) {
    text += fmt::format("  {} {:<24} expected {:<10} found {}\n", item.holds ? "ok " : "NO ", item.name, item.expected, item.found);
    if (!item.next.empty()) text += fmt::format("      {}{}{}\n", gate::name_of(item.band), item.band == gate::Band::none ? "" : ": ", item.next);
  }
  return text;
}

boost::json::object json_of(const gate::Verdict& verdict) {
  boost::json::array items;
  for (const auto& item : verdict.items)
    items.push_back(boost::json::object{{"name", item.name}, {"expected", item.expected}, {"found", item.found}, {"holds", item.holds},
                                        {"band", std::string(gate::name_of(item.band))}, {"next", item.next}});
  return {{"open", verdict.open}, {"items", items}};
}

}  // namespace segue::cli
