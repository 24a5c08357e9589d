#include "gate/gate.hpp"

#include <fmt/format.h>

namespace segue::gate {
namespace {

constexpr plan::Bound none_at_all{plan::Bound::Sense::at_most, 0, false};

std::string found_text(const plan::Bound& bound, const std::optional<double>& measured) {
  if (!measured) return "could not be measured";
  return bound.percent ? fmt::format("{:.2f} %", *measured * 100) : fmt::format("{:.0f}", *measured);
}

void add(Verdict& verdict, const std::string& name, const plan::Bound& bound, const std::optional<double>& measured) {
  const bool holds = measured && bound.holds(*measured);
  verdict.items.push_back({name, bound.text(), found_text(bound, measured), holds});
  verdict.open = verdict.open && holds;
}

}  // namespace

Verdict judge(const plan::Gate& gate, const Measures& measures) {
  Verdict verdict;
  if (gate.populated) add(verdict, "populated", *gate.populated, measures.populated);
  if (gate.read) add(verdict, "read", *gate.read, measures.read);
  if (gate.largest_share) add(verdict, "share of one period", *gate.largest_share, measures.largest_share);
  add(verdict, "mismatches", gate.mismatches.value_or(none_at_all), measures.mismatches);
  add(verdict, "repairs", gate.repairs.value_or(none_at_all), measures.repairs);
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
