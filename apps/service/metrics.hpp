// The service's measures as Prometheus text.
// Does: count on each thread apart, and add up all threads of the process for whoever asks.
// Does not: know people; labels are routes, variants and status classes.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rollout/flag_client.hpp"

namespace segue::service {

inline constexpr std::array latency_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0};

// What can be added up. The names are those of the route table: they live as long as the program.
struct Measures {
  struct Histogram {
    std::array<std::uint64_t, latency_bounds.size() + 1> buckets{};
    double sum = 0;
  };
  std::map<std::tuple<std::string_view, std::string_view, int>, std::uint64_t> requests;  // route, variant, status class
  std::map<std::pair<std::string_view, std::string_view>, Histogram> latency;
  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> compared;  // route -> answers of both paths compared; that differed
  std::int64_t in_flight = 0;
  void add(const Measures& other);
};

// One thread's.
class Metrics {
 public:
  void begin() { in_flight_.fetch_add(1, std::memory_order_relaxed); }
  void end() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  void count(std::string_view route, std::string_view variant, int status, std::chrono::duration<double> took);
  // The same question was asked on both paths.
  void compared(std::string_view route, bool same);
  Measures now() const;

 private:
  mutable std::mutex guard_;                                     // contended only while somebody reads the metrics
  Measures measures_;
  std::atomic<std::int64_t> in_flight_ = 0;
};

// All threads'.
class MetricsBoard {
 public:
  std::shared_ptr<Metrics> join();
  Measures sum() const;
  std::size_t threads() const;

 private:
  mutable std::mutex guard_;
  std::vector<std::shared_ptr<Metrics>> members_;
};

// Every name begins with `program` and "_".
std::string metrics_text(const std::string& program, const Measures& measures, const std::vector<rollout::FlagState>& flags, bool database, std::size_t threads);

}  // namespace segue::service
