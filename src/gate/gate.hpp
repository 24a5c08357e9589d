// May the next phase begin? Pure: thresholds, measures and approvals go in; open or closed, and why, comes out.
// Does not: measure or ask the database. A measure that could not be taken closes the gate: no data is not good news.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"

namespace segue::gate {

struct Measures {
  std::optional<double> populated, read, largest_share;          // shares, 0..1
  std::optional<double> mismatches, repairs;                     // rows
  std::int64_t accepted = 0;                                     // rows of the repair queue that a person said are right as they are
  std::int64_t without_text = 0;                                 // rows whose free text is NULL: not read, and not unread either
  int approvals = 0;
  std::vector<std::string> unanswered;                           // checklist items without an approval
};

// How bad a share of rows is that people have to care for, whatever the plan lets pass: none; up to 1 %; up to 5 %; more.
// One meaning for 95 % of the rows or more is as bad as the last.
enum class Band { none, green, review, roll_back, stop };
std::string_view name_of(Band band);                             // "", "green", "review", "roll back", "stop"

// `next`: what the band asks for, and the command to type; "" where there is nothing to do.
struct Item { std::string name, expected, found; bool holds = false; Band band = Band::none; std::string next = {}; };
// Where the gate stands, for the commands: the plan, and the phase a rollback of this one goes to.
struct Place { std::string plan = "PLAN", back_to = "start"; };
struct Verdict {
  bool open = true;
  std::vector<Item> items;
};

// "0", or "0 (3 accepted)": what does not count is still said.
std::string with_accepted(std::string found, std::int64_t accepted);

// The plan's thresholds open or close; the bands say what to do, and close nothing.
Verdict judge(const plan::Gate& gate, const Measures& measures, const Place& place = {});

}  // namespace segue::gate
