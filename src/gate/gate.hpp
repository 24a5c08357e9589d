// May the next phase begin? Pure: thresholds, measures and approvals go in; open or closed, and why, comes out.
// Does not: measure or ask the database. A measure that could not be taken closes the gate: no data is not good news.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace segue::gate {

struct Measures {
  std::optional<double> populated, read, largest_share;          // shares, 0..1
  std::optional<double> mismatches, repairs;                     // rows
  int approvals = 0;
  std::vector<std::string> unanswered;                           // checklist items without an approval
};

struct Item { std::string name, expected, found; bool holds = false; };
struct Verdict {
  bool open = true;
  std::vector<Item> items;
};

Verdict judge(const plan::Gate& gate, const Measures& measures);

}  // namespace segue::gate
