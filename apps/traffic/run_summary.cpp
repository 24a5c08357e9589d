#include "traffic/run_summary.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "traffic/live.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;

std::string in_words(const Histogram& latency) {
  return fmt::format("p50 {}, p99 {}, longest {}", in_milliseconds(latency.percentile(0.5)),
                     in_milliseconds(latency.percentile(0.99)), in_milliseconds(latency.percentile(1)));
}

std::string in_words(const Side& side) {
  return fmt::format("{} answered, {} failed, {}", grouped(static_cast<std::int64_t>(side.answered)), side.failed, in_words(side.latency));
}

json::value number(const Histogram& latency, double share) {
  const auto found = latency.percentile(share);
  return found ? json::value(*found) : json::value();
}

json::object numbers(const Side& side) {
  return {{"answered", side.answered}, {"failed", side.failed}, {"p50_ms", number(side.latency, 0.5)},
          {"p99_ms", number(side.latency, 0.99)}, {"max_ms", number(side.latency, 1)}};
}

}  // namespace

void RunSummary::count(std::string_view op, const Verdict& verdict) {
  if (verdict.failed) ++failures[fmt::format("{}: {}", op, verdict.reason)];
  lost += verdict.failed && verdict.unknown;
  refused += verdict.refused;
  if (verdict.failed || verdict.full || verdict.refused) return;
  if (verdict.made) ++(verdict.variant == "old" ? booked_old : booked_new);
  changed += verdict.changed;
}

void RunSummary::print_text(double seconds) const {
  fmt::print("sent {} in {:.1f} s ({:.0f}/s), failed {}, full {}\n", grouped(static_cast<std::int64_t>(total.sent)), seconds,
             static_cast<double>(total.sent) / seconds, total.failed, total.full);
  for (const auto& [op, count] : by_op) fmt::print("  {:<14}{}\n", op, count);
  fmt::print("booked {} (old path {}, new path {}), status changed {}, refused {}, answers lost {}\n", booked_old + booked_new,
             booked_old, booked_new, changed, refused, lost);
  fmt::print("{} requests needed more than one try ({} further tries)\n", total.repeated, tries - total.sent);
  fmt::print("latency {}\n  old path: {}\n  new path: {}\n", in_words(total.latency), in_words(total.old_path), in_words(total.new_path));
  for (const auto& [reason, count] : failures) fmt::print("failed {} times: {}\n", count, reason);
}

void RunSummary::print_json(double seconds) const {
  json::object ops, reasons;
  for (const auto& [op, count] : by_op) ops[op] = count;
  for (const auto& [reason, count] : failures) reasons[reason] = count;
  fmt::print("{}\n", json::serialize(json::object{
      {"sent", total.sent}, {"seconds", seconds}, {"failed", total.failed}, {"full", total.full}, {"repeated", total.repeated},
      {"tries", tries}, {"ops", std::move(ops)}, {"booked", booked_old + booked_new}, {"old", booked_old}, {"new", booked_new},
      {"status_changed", changed}, {"refused", refused}, {"answers_lost", lost}, {"p50_ms", number(total.latency, 0.5)},
      {"p99_ms", number(total.latency, 0.99)}, {"max_ms", number(total.latency, 1)}, {"by_variant", {{"old", numbers(total.old_path)},
      {"new", numbers(total.new_path)}}}, {"failures", std::move(reasons)}}));
}

}  // namespace segue::traffic
