#include "base/tally.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace segue {

namespace {

constexpr std::size_t hashes_kept = 4096;                        // the estimate is off by 1/sqrt of it: 1.6 %

// std::hash, spread: its lowest values must be as likely as all others.
std::uint64_t hash_of(std::string_view text) {
  auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(text));
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

}  // namespace

void Tally::add(const std::string& text, std::int64_t rows, const std::string& first, const std::string& last) {
  const auto [found, fresh] = texts_.try_emplace(text);
  auto& seen = found->second;
  if (fresh) {
    seen.maybe_more = forgotten_;
    least_hashes_.insert(hash_of(text));
    if (least_hashes_.size() > hashes_kept) least_hashes_.erase(std::prev(least_hashes_.end()));
  }
  seen.rows += rows;
  if (!first.empty() && (seen.first.empty() || first < seen.first)) seen.first = first;
  if (!last.empty() && last > seen.last) seen.last = last;
  if (texts_.size() > 2 * most_) forget();
}

// The rarest go. One of them that comes back is counted anew, and may have had as many rows as the most frequent that went.
void Tally::forget() {
  std::vector<std::int64_t> counts;
  for (const auto& [text, seen] : texts_) counts.push_back(seen.rows + seen.maybe_more);
  const auto cut = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() - most_);
  std::nth_element(counts.begin(), cut, counts.end());
  const auto limit = *cut;
  std::size_t keep_equal = most_ - static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [&](auto count) { return count > limit; }));
  for (auto at = texts_.begin(); at != texts_.end();) {
    const auto count = at->second.rows + at->second.maybe_more;
    const bool keep = count > limit || (count == limit && keep_equal > 0);
    if (keep && count == limit) --keep_equal;
    if (keep) ++at;
    else at = texts_.erase(at);
  }
  forgotten_ = std::max(forgotten_, limit);
}

std::int64_t Tally::distinct() const {
  if (!approximate() || least_hashes_.size() < hashes_kept) return static_cast<std::int64_t>(texts_.size());
  constexpr double all = 18446744073709551616.0;                 // 2^64
  return static_cast<std::int64_t>(static_cast<double>(hashes_kept - 1) * (all / static_cast<double>(*least_hashes_.rbegin())));
}

}  // namespace segue
