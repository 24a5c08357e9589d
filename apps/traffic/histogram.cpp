#include "traffic/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace segue::traffic {

std::uint64_t Histogram::upper_bound_of(std::uint64_t microseconds) {
  constexpr int precise_bits = 7;                                // 64 buckets to each doubling
  const auto bits = static_cast<int>(std::bit_width(microseconds));
  if (bits <= precise_bits) return microseconds;
  const int shift = bits - precise_bits;
  return (((microseconds >> shift) + 1) << shift) - 1;
}

void Histogram::add(const Histogram& other) {
  for (const auto& [bound, count] : other.buckets_) buckets_[bound] += count;
}

std::uint64_t Histogram::count() const {
  std::uint64_t sum = 0;
  for (const auto& [bound, count] : buckets_) sum += count;
  return sum;
}

std::optional<double> Histogram::percentile(double share) const {
  const auto total = count();
  if (total == 0) return std::nullopt;
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total))), 1, total);
  std::uint64_t seen = 0;
  for (const auto& [bound, count] : buckets_)
    if ((seen += count) >= rank) return static_cast<double>(bound) / 1000;
  return std::nullopt;
}

}  // namespace segue::traffic
