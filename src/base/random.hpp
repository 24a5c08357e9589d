// Reproducible chance: std::mt19937_64 is the same everywhere, the standard's distributions are not.
#pragma once
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace segue {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // 0 .. bound-1, bound at most 2^32 (a multiplication instead of a remainder: no bias worth a second draw).
  std::uint64_t below(std::uint64_t bound) { return ((engine_() >> 32) * bound) >> 32; }
  std::int64_t between(std::int64_t lowest, std::int64_t highest) {
    return lowest + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(highest - lowest + 1)));
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class List> const auto& pick(const List& list) { return list[below(list.size())]; }
  // An index, each as likely as its weight.
  template <std::size_t Size> std::size_t weighted(const std::array<unsigned, Size>& weights) {
    std::uint64_t total = 0;
    for (const auto weight : weights) total += weight;
    auto draw = below(total);
    std::size_t at = 0;
    while (draw >= weights[at]) draw -= weights[at++];
    return at;
  }
  // Shaped like a version 4 UUID.
  std::string uuid() {
    const std::uint64_t high = (engine_() & ~0xF000ULL) | 0x4000ULL;
    const std::uint64_t low = (engine_() >> 2) | 0x8000000000000000ULL;
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF,
                       low >> 48, low & 0xFFFFFFFFFFFFULL);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace segue
