#include "gate/gate.hpp"

#include <fmt/format.h>

namespace segue::gate {
namespace {

constexpr plan::Bound none_at_all{plan::Bound::Sense::at_most, 0, false};

std::string found_text(const plan::Bound& bound, const std::optional<double>& measured) {
  if (!measured) return "could not be measured";
  return bound.percent ? fmt::format("{:.2f} %", *measured * 100) : fmt::format("{:.0f}", *measured);
}

constexpr double least_for_review = 0.99, least_for_rollback = 0.95, one_sided = 0.95;

// Of the share that is right: what 1 minus it would be is not exact.
Band band_of(double share) {
  if (share >= 1) return Band::green;
  if (share >= least_for_review) return Band::review;
  return share >= least_for_rollback ? Band::roll_back : Band::stop;
}

std::string left_over(Band band, const Place& place, const std::string& look) {
  const auto back = fmt::format("segue rollback {} --to {}", place.plan, place.back_to);
  if (band == Band::review) return "up to 1 %: look at each, then go on: " + look;
  if (band == Band::roll_back) return fmt::format("1 to 5 %: go back and mend the plan: {}; what it is about: {}", back, look);
  if (band == Band::stop) return fmt::format("above 5 %: stop, and go back now: {}; what it is about: {}", back, look);
  return {};
}

// The latest item is about a share of which the rest is left over.
void judge_rest(Verdict& verdict, const std::optional<double>& share, const Place& place, const std::string& look) {
  if (!share || !(*share >= 0 && *share <= 1)) return;
  verdict.items.back().band = band_of(*share);
  verdict.items.back().next = left_over(verdict.items.back().band, place, look);
}

void judge_largest(Verdict& verdict, const std::optional<double>& share, const Place& place) {
  if (!share || !(*share >= 0 && *share <= 1)) return;
  const bool stop = *share >= one_sided;
  verdict.items.back().band = stop ? Band::stop : Band::green;
  if (stop) verdict.items.back().next = fmt::format("95 % or more in one: stop, it is likely read wrong: segue profile {}", place.plan);
}

// A measure that the plan has no bound for is shown for its band.
void add_unbound(Verdict& verdict, const std::string& name, const std::optional<double>& measured) {
  verdict.items.push_back({name, "any", found_text({plan::Bound::Sense::at_least, 0, true}, measured), true});
}

void add(Verdict& verdict, const std::string& name, const plan::Bound& bound, const std::optional<double>& measured) {
  const bool holds = measured && bound.holds(*measured);
  verdict.items.push_back({name, bound.text(), found_text(bound, measured), holds});
  verdict.open = verdict.open && holds;
}

}  // namespace

std::string_view name_of(Band band) {
  constexpr std::string_view names[] = {"", "green", "review", "roll back", "stop"};
  return names[static_cast<std::size_t>(band)];
}

std::string with_accepted(std::string found, std::int64_t accepted) {
  return accepted == 0 ? found : fmt::format("{} ({} accepted)", found, accepted);
}

Verdict judge(const plan::Gate& gate, const Measures& measures, const Place& place) {
  Verdict verdict;
  const auto shown = [&](const char* name, const std::optional<plan::Bound>& bound, const std::optional<double>& measured) {
    if (bound) add(verdict, name, *bound, measured);
    else if (measured) add_unbound(verdict, name, measured);
    return bound || measured;
  };
  if (shown("populated", gate.populated, measures.populated)) judge_rest(verdict, measures.populated, place, "segue status " + place.plan);
  if (shown("read", gate.read, measures.read)) judge_rest(verdict, measures.read, place, "segue review " + place.plan + " list");
  if (shown("share of one period", gate.largest_share, measures.largest_share)) judge_largest(verdict, measures.largest_share, place);
  if (measures.without_text > 0) verdict.items.push_back({"rows without a text", "any", fmt::format("{}", measures.without_text), true});
  add(verdict, "mismatches", gate.mismatches.value_or(none_at_all), measures.mismatches);
  add(verdict, "repairs", gate.repairs.value_or(none_at_all), measures.repairs);
  verdict.items.back().found = with_accepted(verdict.items.back().found, measures.accepted);
  if (!verdict.items.back().holds) verdict.items.back().next = fmt::format("segue repairs {} list", place.plan);
  if (gate.approvals > 0) {
    const bool holds = measures.approvals >= gate.approvals;
    verdict.items.push_back({"approvals", fmt::format(">= {}", gate.approvals), fmt::format("{}", measures.approvals), holds});
    verdict.open = verdict.open && holds;
  }
  for (const auto& item : measures.unanswered) {
    verdict.items.push_back({"checklist: " + item, "approved", "not approved", false});
    verdict.open = false;
  }
  return verdict;
}

}  // namespace segue::gate
