// Which measures open a gate, and that none of them can be left out.
#include "gate/gate.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace segue;
using gate::Measures;
using plan::Bound;
using Sense = plan::Bound::Sense;

namespace {

Measures good() { return {.populated = 1, .read = 0.97, .largest_share = 0.6, .mismatches = 0, .repairs = 0, .approvals = 1}; }

plan::Gate full_gate() {
  plan::Gate gate;
  gate.populated = Bound{Sense::at_least, 1, true};
  gate.read = Bound{Sense::at_least, 0.95, true};
  gate.largest_share = Bound{Sense::below, 0.95, true};
  gate.mismatches = Bound{Sense::at_most, 0, false};
  gate.repairs = Bound{Sense::at_most, 0, false};
  gate.approvals = 1;
  return gate;
}

// The one item that does not hold, or "" where all do.
std::string closed_by(const plan::Gate& gate, const Measures& measures) {
  const auto verdict = gate::judge(gate, measures);
  std::string names;
  for (const auto& item : verdict.items)
    if (!item.holds) names += (names.empty() ? "" : ", ") + item.name;
  CHECK(verdict.open == names.empty());
  return names;
}

}  // namespace

TEST_CASE("a gate opens when every measure holds, and shows each with what was expected and found") {
  const auto verdict = gate::judge(full_gate(), good());
  CHECK(verdict.open);
  REQUIRE(verdict.items.size() == 6);
  CHECK(verdict.items[0].name == "populated");
  CHECK(verdict.items[0].expected == ">= 100%");
  CHECK(verdict.items[0].found == "100.00 %");
  CHECK(verdict.items[1].found == "97.00 %");
  CHECK(verdict.items[2].expected == "< 95%");
  CHECK(verdict.items[3].expected == "<= 0");
  CHECK(verdict.items[5].found == "1");
}

TEST_CASE("each measure alone closes the gate") {
  auto measures = good();
  SUBCASE("one row in a million has no new side") { measures.populated = 0.999999; CHECK(closed_by(full_gate(), measures) == "populated"); }
  SUBCASE("too few texts were read") { measures.read = 0.9499; CHECK(closed_by(full_gate(), measures) == "read"); }
  SUBCASE("nearly all rows lie in one period") { measures.largest_share = 0.95; CHECK(closed_by(full_gate(), measures) == "share of one period"); }
  SUBCASE("one row differs") { measures.mismatches = 1; CHECK(closed_by(full_gate(), measures) == "mismatches"); }
  SUBCASE("one row waits for repair") { measures.repairs = 1; CHECK(closed_by(full_gate(), measures) == "repairs"); }
  SUBCASE("nobody approved") { measures.approvals = 0; CHECK(closed_by(full_gate(), measures) == "approvals"); }
  SUBCASE("a checklist item is open") { measures.unanswered = {"a backup was taken"}; CHECK(closed_by(full_gate(), measures) == "checklist: a backup was taken"); }
}

TEST_CASE("what somebody accepted does not close a gate, and is said") {
  auto measures = good();
  measures.accepted = 3;
  auto verdict = gate::judge(full_gate(), measures);
  CHECK(verdict.open);
  CHECK(verdict.items[4].found == "0 (3 accepted)");
  CHECK(verdict.items[4].next.empty());
  measures.repairs = 1;
  verdict = gate::judge(full_gate(), measures, {"a-plan", "start"});
  CHECK_FALSE(verdict.open);
  CHECK(verdict.items[4].found == "1 (3 accepted)");
  CHECK(verdict.items[4].next == "segue repairs a-plan list");
}

TEST_CASE("rows without a text are said, and close nothing") {
  auto measures = good();
  measures.without_text = 40;
  const auto verdict = gate::judge(full_gate(), measures);
  CHECK(verdict.open);
  REQUIRE(verdict.items.size() == 7);
  CHECK(verdict.items[3].name == "rows without a text");
  CHECK(verdict.items[3].found == "40");
}

TEST_CASE("a measure that could not be taken closes the gate") {
  auto measures = good();
  SUBCASE("populated") { measures.populated.reset(); CHECK(closed_by(full_gate(), measures) == "populated"); }
  SUBCASE("read") { measures.read.reset(); CHECK(closed_by(full_gate(), measures) == "read"); }
  SUBCASE("share") { measures.largest_share.reset(); CHECK(closed_by(full_gate(), measures) == "share of one period"); }
  SUBCASE("mismatches") { measures.mismatches.reset(); CHECK(closed_by(full_gate(), measures) == "mismatches"); }
  SUBCASE("repairs") { measures.repairs.reset(); CHECK(closed_by(full_gate(), measures) == "repairs"); }
  SUBCASE("all of them, under a gate that asks for nothing") { CHECK(closed_by({}, {}) == "mismatches, repairs"); }
  SUBCASE("it is not a number") { measures.read = std::numeric_limits<double>::quiet_NaN(); CHECK(closed_by(full_gate(), measures) == "read"); }
}

TEST_CASE("a gate that names no bound still tolerates no mismatch and no repair") {
  CHECK(closed_by({}, {.mismatches = 0, .repairs = 0}) == "");
  CHECK(closed_by({}, {.mismatches = 1, .repairs = 0}) == "mismatches");
  CHECK(closed_by({}, {.mismatches = 0, .repairs = 1}) == "repairs");
}

TEST_CASE("a plan may tolerate some mismatches, and more approvals than asked for do not hurt") {
  auto gate = full_gate();
  gate.mismatches = Bound{Sense::at_most, 10, false};
  gate.approvals = 2;
  auto measures = good();
  measures.mismatches = 10;
  measures.approvals = 3;
  CHECK(closed_by(gate, measures) == "");
  measures.mismatches = 11;
  measures.approvals = 1;
  CHECK(closed_by(gate, measures) == "mismatches, approvals");
}

TEST_CASE("bounds hold on the right side of their limit") {
  CHECK(Bound{Sense::at_least, 0.95, true}.holds(0.95));
  CHECK_FALSE(Bound{Sense::at_least, 0.95, true}.holds(0.9499));
  CHECK(Bound{Sense::at_most, 10, false}.holds(10));
  CHECK_FALSE(Bound{Sense::at_most, 10, false}.holds(11));
  CHECK(Bound{Sense::below, 0.95, true}.holds(0.9499));
  CHECK_FALSE(Bound{Sense::below, 0.95, true}.holds(0.95));
  CHECK(Bound{Sense::above, 0, false}.holds(1));
  CHECK_FALSE(Bound{Sense::above, 0, false}.holds(0));
  CHECK(Bound{Sense::equal, 6, false}.holds(6));
  CHECK_FALSE(Bound{Sense::equal, 6, false}.holds(7));
  for (const auto sense : {Sense::at_least, Sense::at_most, Sense::below, Sense::above, Sense::equal})
    CHECK_FALSE(Bound{sense, 0, false}.holds(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("the bands say what to do with rows that are left over, and the command; the plan's bound alone opens or closes") {
  struct { double read; gate::Band band; const char* next; bool open; } const cases[] = {
      {1, gate::Band::green, "", true},
      {0.9999, gate::Band::review, "segue review hospital list", true},
      {0.99, gate::Band::review, "segue review hospital list", true},
      {0.9899, gate::Band::roll_back, "segue rollback hospital --to expand", true},
      {0.95, gate::Band::roll_back, "segue rollback hospital --to expand", true},
      {0.9499, gate::Band::stop, "segue rollback hospital --to expand", false}};
  for (const auto& expected : cases) {
    auto measures = good();
    measures.read = expected.read;
    const auto verdict = gate::judge(full_gate(), measures, {"hospital", "expand"});
    CAPTURE(expected.read);
    CHECK(verdict.items[1].band == expected.band);
    CHECK(verdict.items[1].next.find(expected.next) != std::string::npos);
    CHECK(verdict.items[1].next.empty() == (expected.band == gate::Band::green));
    CHECK(verdict.open == expected.open);
  }
}

TEST_CASE("one period with 95 % of the rows is a stop, whatever the plan lets pass") {
  auto gate = full_gate();
  gate.largest_share = Bound{Sense::at_most, 1, true};
  auto measures = good();
  measures.largest_share = 0.95;
  const auto verdict = gate::judge(gate, measures, {"hospital", "expand"});
  CHECK(verdict.open);
  CHECK(verdict.items[2].band == gate::Band::stop);
  CHECK(verdict.items[2].next.find("segue profile hospital") != std::string::npos);
  measures.largest_share = 0.9499;
  CHECK(gate::judge(gate, measures).items[2].band == gate::Band::green);
}

TEST_CASE("a measure the plan has no bound for is shown with its band and closes nothing; one that could not be taken has no band") {
  const auto shown = gate::judge({}, {.populated = 0.9, .read = {}, .largest_share = {}, .mismatches = 0, .repairs = 0});
  CHECK(shown.open);
  REQUIRE(shown.items.size() == 3);
  CHECK(shown.items[0].expected == "any");
  CHECK(shown.items[0].band == gate::Band::stop);
  auto measures = good();
  measures.read.reset();
  const auto unmeasured = gate::judge(full_gate(), measures);
  CHECK_FALSE(unmeasured.open);
  CHECK(unmeasured.items[1].band == gate::Band::none);
  CHECK(unmeasured.items[1].next.empty());
}
