#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "plan/readers.hpp"

namespace segue::plan {
namespace {

using Sense = Bound::Sense;
constexpr int most_approvals = 20;

// Takes the sign off the front; the measure's own sense where none is written.
Sense take_sense(std::string_view& text, Sense usual) {
  static constexpr std::pair<std::string_view, Sense> signs[] = {
      {">=", Sense::at_least}, {"<=", Sense::at_most}, {"<", Sense::below}, {">", Sense::above}, {"=", Sense::equal}};
  for (const auto& [sign, sense] : signs)
    if (text.starts_with(sign)) {
      text = trim(text.substr(sign.size()));
      return sense;
    }
  return usual;
}

std::string_view trimmed(const Node& node) { return node.kind == Node::Kind::scalar ? trim(node.text) : std::string_view(); }

// A share of all rows: "95%" or 0.95, with or without a sign before it.
Bound share_of(const Node& node, Sense usual) {
  auto text = trimmed(node);
  Bound bound;
  bound.sense = take_sense(text, usual);
  bound.percent = true;
  const bool written_in_percent = text.ends_with('%');
  if (written_in_percent) text.remove_suffix(1);
  bound.value = to_number(trim(text)).value_or(-1) / (written_in_percent ? 100 : 1);
  if (!std::isfinite(bound.value) || bound.value < 0 || bound.value > 1) fail_expected(node, "a share such as \">= 95%\" or 0.95");
  return bound;
}

Bound count_of(const Node& node) {
  auto text = trimmed(node);
  Bound bound;
  bound.sense = take_sense(text, Sense::at_most);
  const auto number = to_integer(text);
  if (!number || *number < 0) fail_expected(node, "a count such as 0 or \"<= 10\"");
  bound.value = static_cast<double>(*number);
  return bound;
}

}  // namespace

Gate read_gate(const Node& node) {
  const Fields fields(node, "gate");
  Gate gate;
  gate.where = node.where;
  if (const Node* bound = fields.find("populated")) gate.populated = share_of(*bound, Sense::at_least);
  if (const Node* bound = fields.find("read")) gate.read = share_of(*bound, Sense::at_least);
  if (const Node* bound = fields.find("share of one period")) gate.largest_share = share_of(*bound, Sense::below);
  if (const Node* bound = fields.find("mismatches")) gate.mismatches = count_of(*bound);
  if (const Node* bound = fields.find("repairs")) gate.repairs = count_of(*bound);
  if (const Node* approve = fields.find("approve")) gate.approvals = static_cast<int>(number_of(*approve, 0, most_approvals));
  return gate;
}

}  // namespace segue::plan
