// When writing stops for others and when it goes on. Times are told to Budgets, so nothing here depends on a clock.
#include "steps/budgets.hpp"

#include <doctest/doctest.h>

using segue::steps::Budgets;
using segue::steps::Reading;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const Budgets::Time start{};

std::vector<Reading> used(std::optional<double> lag, std::optional<double> slot = 0.0) { return {{"replica lag", lag, "lag"}, {"slot backlog", slot, "slot"}}; }

std::string names(const Budgets& budgets) {
  std::string list;
  for (const auto& reason : budgets.reasons()) list += (list.empty() ? "" : ", ") + reason.budget;
  return list;
}

}  // namespace

TEST_CASE("below the budget nothing is slowed; at the budget it stops") {
  Budgets budgets;
  budgets.look(start, used(0.99));
  CHECK_FALSE(budgets.stopped());
  CHECK(names(budgets).empty());
  budgets.look(start + seconds(1), used(1));
  CHECK(budgets.stopped());
  CHECK(names(budgets) == "replica lag");
}

TEST_CASE("it goes on when every budget was below 80 % for five seconds on end") {
  Budgets budgets;
  budgets.look(start, used(1.5));
  budgets.look(start + seconds(1), used(0.79));
  budgets.look(start + milliseconds(5999), used(0.79));
  CHECK(budgets.stopped());
  budgets.look(start + seconds(6), used(0.79));
  CHECK_FALSE(budgets.stopped());
}

TEST_CASE("at 80 % the five seconds begin anew, and another budget counts as well") {
  Budgets budgets;
  budgets.look(start, used(1));
  budgets.look(start + seconds(1), used(0.1));
  budgets.look(start + seconds(5), used(0.1, 0.8));
  CHECK(names(budgets) == "slot backlog");
  budgets.look(start + seconds(6), used(0.1));
  budgets.look(start + seconds(10), used(0.1));
  CHECK(budgets.stopped());
  budgets.look(start + seconds(11), used(0.1));
  CHECK_FALSE(budgets.stopped());
}

TEST_CASE("every reason is named, not the first alone, and what holds back without being spent too") {
  Budgets budgets;
  budgets.look(start, used(0.9, 0.9));
  CHECK_FALSE(budgets.stopped());
  budgets.look(start, used(2, 3));
  CHECK(names(budgets) == "replica lag, slot backlog");
  budgets.look(start, used(0.85, 3));
  CHECK(names(budgets) == "replica lag, slot backlog");
}

TEST_CASE("what nobody could look at for fifteen seconds stops it; a look that succeeds begins the time anew") {
  Budgets budgets;
  budgets.look(start, used(std::nullopt));
  budgets.look(start + seconds(14), used(std::nullopt));
  CHECK_FALSE(budgets.stopped());
  budgets.look(start + milliseconds(14'500), used(0.1));
  budgets.look(start + seconds(15), used(std::nullopt));
  budgets.look(start + seconds(29), used(0.1, std::nullopt));    // another one: each has its own time
  CHECK_FALSE(budgets.stopped());
  budgets.look(start + seconds(44), used(0.1, std::nullopt));
  CHECK(budgets.stopped());
  CHECK(names(budgets) == "slot backlog");
}

TEST_CASE("blind it never goes on, however short") {
  Budgets budgets;
  budgets.look(start, used(1));
  budgets.look(start + seconds(1), used(0.1));
  budgets.look(start + seconds(4), used(std::nullopt));
  budgets.look(start + seconds(8), used(0.1));
  CHECK(budgets.stopped());
  budgets.look(start + seconds(13), used(0.1));
  CHECK_FALSE(budgets.stopped());
}

TEST_CASE("a budget that is gone holds nobody back") {
  Budgets budgets;
  budgets.look(start, used(1));
  budgets.look(start + seconds(1), {});
  budgets.look(start + seconds(6), {});
  CHECK_FALSE(budgets.stopped());
}
