#include "traffic/live.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/text.hpp"

namespace segue::traffic {
namespace {

constexpr int plain_every = 5;

std::string in_short(const std::optional<double>& latency) { return latency ? fmt::format("{:.1f}", *latency) : "-"; }

// "1.2/8.4 ms": p50 and p99; errors only where there are some.
std::string text_of(const Histogram& latency, std::uint64_t failed) {
  return fmt::format("{}/{} ms{}", in_short(latency.percentile(0.5)), in_short(latency.percentile(0.99)),
                     failed == 0 ? "" : fmt::format(", {} failed", failed));
}

std::string text_of(const Side& side, int span) {
  return fmt::format("{}/s {}", side.answered / static_cast<std::uint64_t>(span), text_of(side.latency, side.failed));
}

}  // namespace

std::string in_milliseconds(const std::optional<double>& latency) {
  return latency ? fmt::format("{:.1f} ms", *latency) : "no data";
}

Live::Live() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void Live::show(const Windows& windows, const Window& total, std::int64_t now, const std::string& phase) {
  ++calls_;
  const int span = terminal_ ? 1 : plain_every;
  if (!terminal_ && calls_ % plain_every != 0) return;
  const Window recent = windows.sum(now - span, now);
  fmt::print(stderr, "{}{}{}/s {} | old {} | new {} | full {}; {} sent, {} repeated, {} failed{}", terminal_ ? "\r\x1b[K" : "",
             phase.empty() ? "" : phase + ": ", recent.sent / static_cast<std::uint64_t>(span), text_of(recent.latency, recent.failed),
             text_of(recent.old_path, span), text_of(recent.new_path, span), recent.full, grouped(static_cast<std::int64_t>(total.sent)),
             grouped(static_cast<std::int64_t>(total.repeated)), grouped(static_cast<std::int64_t>(total.failed)), terminal_ ? "" : "\n");
  std::fflush(stderr);
  shown_ = true;
}

void Live::finish() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace segue::traffic
