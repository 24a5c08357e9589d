#include "plan/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace segue::plan {
namespace {

// Letters to insert, delete, replace or swap with their neighbour.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1), above(right.size() + 1), row(right.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[right.size()];
}

}  // namespace

std::string nearest(std::string_view wrong, const std::vector<std::string>& names) {
  constexpr std::size_t longest_typo = 64;
  if (wrong.size() > longest_typo) return {};
  std::string best;
  std::size_t smallest = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const auto& name : names)
    if (const auto distance = edit_distance(wrong, name); distance < smallest) {
      smallest = distance;
      best = name;
    }
  return best;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names) {
  const auto name = nearest(wrong, names);
  return name.empty() ? "" : "; did you mean \"" + name + "\"?";
}

}  // namespace segue::plan
