#include "cli/going_back.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace segue::cli {

std::string text_of(const steps::GoingBack& cost, const std::string& when) {
  if (cost.unheld.empty()) return fmt::format("rows that could not go back: 0 of {} ({})", grouped(cost.rows), when);
  std::string text;
  for (const auto& unheld : cost.unheld)
    text += fmt::format("{}rows that could not go back: {} of {}, because {} (first key {}; {})", text.empty() ? "" : "\n", grouped(unheld.rows),
                        unheld.mapping, unheld.reason, unheld.first_key, when);
  return text;
}

boost::json::array json_of(const steps::GoingBack& cost) {
  boost::json::array list;
  for (const auto& unheld : cost.unheld)
    list.push_back(boost::json::object{{"mapping", unheld.mapping}, {"column", unheld.column}, {"reason", unheld.reason}, {"rows", unheld.rows},
                                       {"firstKey", unheld.first_key}, {"stops", unheld.stops}});
  return list;
}

}  // namespace segue::cli
