#include "service/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace segue::service {
namespace {

struct Text {
  std::string program, text;
  void head(std::string_view name, std::string_view kind, std::string_view help) {
    fmt::format_to(std::back_inserter(text), "# HELP {0}_{1} {3}\n# TYPE {0}_{1} {2}\n", program, name, kind, help);
  }
  template <class... Values> void line(fmt::format_string<Values...> format, Values&&... values) {
    text += program + '_';
    fmt::format_to(std::back_inserter(text), format, std::forward<Values>(values)...);
    text += '\n';
  }
};

void write_latency(Text& out, const Measures& measures) {
  out.head("request_seconds", "histogram", "Time to answer.");
  for (const auto& [key, histogram] : measures.latency) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
      sum += histogram.buckets[i];
      const auto bound = i < latency_bounds.size() ? fmt::format("{}", latency_bounds[i]) : "+Inf";
      out.line("request_seconds_bucket{{route=\"{}\",variant=\"{}\",le=\"{}\"}} {}", key.first, key.second, bound, sum);
    }
    out.line("request_seconds_sum{{route=\"{}\",variant=\"{}\"}} {}", key.first, key.second, histogram.sum);
    out.line("request_seconds_count{{route=\"{}\",variant=\"{}\"}} {}", key.first, key.second, sum);
  }
}

}  // namespace

void Measures::add(const Measures& other) {
  for (const auto& [key, number] : other.requests) requests[key] += number;
  for (const auto& [key, histogram] : other.latency) {
    auto& mine = latency[key];
    for (std::size_t i = 0; i < mine.buckets.size(); ++i) mine.buckets[i] += histogram.buckets[i];
    mine.sum += histogram.sum;
  }
  for (const auto& [route, counts] : other.compared) {
    compared[route].first += counts.first;
    compared[route].second += counts.second;
  }
  in_flight += other.in_flight;
}

void Metrics::count(std::string_view route, std::string_view variant, int status, std::chrono::duration<double> took) {
  const auto bucket = std::lower_bound(latency_bounds.begin(), latency_bounds.end(), took.count()) - latency_bounds.begin();
  const std::lock_guard lock(guard_);
  ++measures_.requests[{route, variant, status / 100}];
  auto& histogram = measures_.latency[{route, variant}];
  ++histogram.buckets[static_cast<std::size_t>(bucket)];
  histogram.sum += took.count();
}

void Metrics::compared(std::string_view route, bool same) {
  const std::lock_guard lock(guard_);
  auto& [all, differing] = measures_.compared[route];
  ++all;
  differing += same ? 0 : 1;
}

Measures Metrics::now() const {
  const std::lock_guard lock(guard_);
  auto measures = measures_;
  measures.in_flight = in_flight_.load(std::memory_order_relaxed);
  return measures;
}

std::shared_ptr<Metrics> MetricsBoard::join() {
  const std::lock_guard lock(guard_);
  return members_.emplace_back(std::make_shared<Metrics>());
}

Measures MetricsBoard::sum() const {
  const std::lock_guard lock(guard_);
  Measures sum;
  for (const auto& member : members_) sum.add(member->now());
  return sum;
}

std::size_t MetricsBoard::threads() const {
  const std::lock_guard lock(guard_);
  return members_.size();
}

std::string metrics_text(const std::string& program, const Measures& measures, const std::vector<rollout::FlagState>& flags, bool database, std::size_t threads) {
  Text out{program, {}};
  out.head("requests_total", "counter", "Requests answered.");
  for (const auto& [key, number] : measures.requests)
    out.line("requests_total{{route=\"{}\",variant=\"{}\",status=\"{}xx\"}} {}", std::get<0>(key), std::get<1>(key),
             std::get<2>(key), number);
  write_latency(out, measures);
  out.head("compared_total", "counter", "Answers of both paths that were compared.");
  for (const auto& [route, counts] : measures.compared) out.line("compared_total{{route=\"{}\"}} {}", route, counts.first);
  out.head("differing_total", "counter", "Answers of both paths that were not the same.");
  for (const auto& [route, counts] : measures.compared) out.line("differing_total{{route=\"{}\"}} {}", route, counts.second);
  out.head("flag_percent", "gauge", "Share of clients on the new path.");
  for (const auto& flag : flags) out.line("flag_percent{{flag=\"{}\"}} {}", flag.key, flag.percent);
  out.head("flag_overridden", "gauge", "1 where a switch of this process stands instead of the flag.");
  for (const auto& flag : flags) out.line("flag_overridden{{flag=\"{}\"}} {}", flag.key, flag.overridden ? 1 : 0);
  out.head("in_flight", "gauge", "Requests being answered.");
  out.line("in_flight {}", measures.in_flight);
  out.head("database_up", "gauge", "Whether the thread that answers can reach the database.");
  out.line("database_up {}", database ? 1 : 0);
  out.head("threads", "gauge", "Threads that serve requests.");
  out.line("threads {}", threads);
  return std::move(out.text);
}

}  // namespace segue::service
