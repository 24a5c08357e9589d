#include "reservations/serve_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace segue::reservations {

void Metrics::count(std::string_view route, std::string_view variant, int status, std::chrono::duration<double> took) {
  ++requests_[{std::string(route), std::string(variant), fmt::format("{}xx", status / 100)}];
  auto& histogram = latency_[{std::string(route), std::string(variant)}];
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), took.count()) - bounds.begin();
  ++histogram.buckets[static_cast<std::size_t>(bucket)];
  histogram.sum += took.count();
}

std::string Metrics::text(const std::vector<rollout::FlagState>& flags, bool database) const {
  std::string text;
  const auto add = [&](fmt::string_view format, const auto&... values) {
    fmt::vformat_to(std::back_inserter(text), format, fmt::make_format_args(values...));
  };
  add("# HELP reservations_requests_total Requests answered.\n# TYPE reservations_requests_total counter\n");
  for (const auto& [key, number] : requests_)
    add("reservations_requests_total{{route=\"{}\",variant=\"{}\",status=\"{}\"}} {}\n", std::get<0>(key), std::get<1>(key),
        std::get<2>(key), number);
  add("# HELP reservations_request_seconds Time to answer.\n# TYPE reservations_request_seconds histogram\n");
  for (const auto& [key, histogram] : latency_) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
      sum += histogram.buckets[i];
      const auto bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
      add("reservations_request_seconds_bucket{{route=\"{}\",variant=\"{}\",le=\"{}\"}} {}\n", key.first, key.second, bound, sum);
    }
    add("reservations_request_seconds_sum{{route=\"{}\",variant=\"{}\"}} {}\n", key.first, key.second, histogram.sum);
    add("reservations_request_seconds_count{{route=\"{}\",variant=\"{}\"}} {}\n", key.first, key.second, sum);
  }
  add("# HELP reservations_flag_percent Share of clients on the new path.\n# TYPE reservations_flag_percent gauge\n");
  for (const auto& flag : flags) add("reservations_flag_percent{{flag=\"{}\"}} {}\n", flag.key, flag.percent);
  add("# HELP reservations_in_flight Requests being answered.\n# TYPE reservations_in_flight gauge\nreservations_in_flight {}\n", in_flight_);
  add("# HELP reservations_database_up Whether the database can be reached.\n# TYPE reservations_database_up gauge\n"
      "reservations_database_up {}\n", database ? 1 : 0);
  return text;
}

}  // namespace segue::reservations
