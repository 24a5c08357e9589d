// Latencies counted in buckets that are at most 1/64 wide, so that any two histograms can be added.
// Does: give percentiles of what was added, rounded up to the bucket's upper bound.
// Does not: keep single values. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

namespace segue::traffic {

class Histogram {
 public:
  void add(std::uint64_t microseconds, std::uint64_t count = 1) { buckets_[upper_bound_of(microseconds)] += count; }
  void add(const Histogram& other);
  std::uint64_t count() const;
  // Milliseconds; nothing where nothing was counted. `share` of 1: the largest.
  std::optional<double> percentile(double share) const;
  // Upper bound in microseconds -> count; adding a bound again lands in its own bucket.
  const std::map<std::uint64_t, std::uint64_t>& buckets() const { return buckets_; }

 private:
  static std::uint64_t upper_bound_of(std::uint64_t microseconds);
  std::map<std::uint64_t, std::uint64_t> buckets_;
};

}  // namespace segue::traffic
