#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/options.hpp"
#include "traffic/commands.hpp"
#include "traffic/live.hpp"
#include "traffic/windows.hpp"

namespace segue::traffic {
namespace {

constexpr std::string_view help =
    "traffic stats --windows FILE [--from UNIX] [--to UNIX] [--json]\n"
    "Adds up the seconds of a run from --from up to, not including, --to.\n";

boost::json::value or_null(const std::optional<double>& number) {
  return number ? boost::json::value(*number) : boost::json::value();
}

void print_json(const Window& sum) {
  fmt::print("{}\n", boost::json::serialize(boost::json::object{
      {"sent", sum.sent}, {"failed", sum.failed}, {"full", sum.full}, {"repeated", sum.repeated}, {"old", sum.old_path.answered}, {"new", sum.new_path.answered},
      {"p50_ms", or_null(sum.latency.percentile(0.5))}, {"p99_ms", or_null(sum.latency.percentile(0.99))},
      {"max_ms", or_null(sum.latency.percentile(1))},
      {"old_failed", sum.old_path.failed}, {"old_p50_ms", or_null(sum.old_path.latency.percentile(0.5))},
      {"old_p99_ms", or_null(sum.old_path.latency.percentile(0.99))},
      {"new_failed", sum.new_path.failed}, {"new_p50_ms", or_null(sum.new_path.latency.percentile(0.5))},
      {"new_p99_ms", or_null(sum.new_path.latency.percentile(0.99))}}));
}

}  // namespace

int run_stats(int argc, char** argv) {
  const Options options("traffic stats", argc, argv, {"--windows", "--from", "--to"}, {"--json", "--help"});
  if (options.has("--help")) {
    fmt::print("{}", help);
    return 0;
  }
  const auto windows = Windows::read(options.required("--windows"));
  const auto from = options.integer("--from", 0, 0, INT64_MAX);
  const auto to = options.integer("--to", INT64_MAX, 0, INT64_MAX);
  if (from > to) throw options.usage("option \"--from\" is later than \"--to\"");
  const auto sum = windows.sum(from, to);
  if (options.has("--json"))
    print_json(sum);
  else
    fmt::print("sent {}, failed {}, full {}, old {}, new {}, p50 {}, p99 {}, longest {}\n", sum.sent, sum.failed, sum.full,
               sum.old_path.answered, sum.new_path.answered, in_milliseconds(sum.latency.percentile(0.5)),
               in_milliseconds(sum.latency.percentile(0.99)), in_milliseconds(sum.latency.percentile(1)));
  return 0;
}

}  // namespace segue::traffic
