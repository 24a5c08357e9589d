// The service's measures as Prometheus text. Does not: know patients; labels are routes, variants and status classes.
#pragma once
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rollout/flag_client.hpp"

namespace segue::reservations {

class Metrics {
 public:
  // `variant`: "old", "new", or "none" for what has no two paths.
  void count(std::string_view route, std::string_view variant, int status, std::chrono::duration<double> took);
  void begin() { ++in_flight_; }
  void end() { --in_flight_; }
  std::string text(const std::vector<rollout::FlagState>& flags, bool database) const;

 private:
  static constexpr std::array bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0};
  struct Histogram {
    std::array<std::uint64_t, bounds.size() + 1> buckets{};
    double sum = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> requests_;
  std::map<std::pair<std::string, std::string>, Histogram> latency_;
  std::int64_t in_flight_ = 0;
};

}  // namespace segue::reservations
