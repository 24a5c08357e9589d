#include "plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "plan/keys.hpp"
#include "plan/nearest.hpp"

namespace segue::plan {
namespace {

template <class Named>
std::size_t index_of(const std::vector<Named>& things, const std::string& what, const std::string& name, const std::string& plan) {
  std::vector<std::string> names;
  for (const auto& thing : things) {
    if (thing.name == name) return names.size();
    names.push_back(thing.name);
  }
  throw Error(ErrorCode::not_found, fmt::format("plan \"{}\" has no {} \"{}\"{}", plan, what, name, did_you_mean(name, names)),
              fmt::format("it has: {}", fmt::join(names, ", ")));
}

std::string_view sign_of(Bound::Sense sense) {
  switch (sense) {
    case Bound::Sense::at_least: return ">=";
    case Bound::Sense::at_most: return "<=";
    case Bound::Sense::below: return "<";
    case Bound::Sense::above: return ">";
    case Bound::Sense::equal: return "=";
  }
  return "";
}

}  // namespace

std::string Where::text() const { return fmt::format("{}:{}:{}", file, line, column); }

// The kinds stand in the order of the variant's alternatives.
std::string Step::kind() const { return step_kinds().at(what.index()); }

bool Bound::holds(double measured) const {
  switch (sense) {
    case Sense::at_least: return measured >= value;
    case Sense::at_most: return measured <= value;
    case Sense::below: return measured < value;
    case Sense::above: return measured > value;
    case Sense::equal: return measured == value;
  }
  return false;
}

std::string Bound::text() const {
  return percent ? fmt::format("{} {:.10g}%", sign_of(sense), value * 100) : fmt::format("{} {:.10g}", sign_of(sense), value);
}

const Mapping& Plan::mapping(const std::string& wanted) const { return mappings[index_of(mappings, "mapping", wanted, name)]; }
const ValueDef& Plan::value(const std::string& wanted) const { return values[index_of(values, "value", wanted, name)]; }
const Phase& Plan::phase(const std::string& wanted) const { return phases[phase_index(wanted)]; }
std::size_t Plan::phase_index(const std::string& wanted) const { return index_of(phases, "phase", wanted, name); }

}  // namespace segue::plan
