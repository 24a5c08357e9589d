#include "traffic/live.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/text.hpp"

namespace segue::traffic {
namespace {

constexpr int plain_every = 5;

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
  fmt::print(stderr, "{}{}{}/s, p50 {}, p99 {}, old {}, new {}, full {}; {} sent, {} failed{}", terminal_ ? "\r\x1b[K" : "",
             phase.empty() ? "" : phase + ": ", recent.sent / static_cast<std::uint64_t>(span),
             in_milliseconds(recent.latency.percentile(0.5)), in_milliseconds(recent.latency.percentile(0.99)),
             recent.old_path, recent.new_path, recent.full, grouped(static_cast<std::int64_t>(total.sent)),
             grouped(static_cast<std::int64_t>(total.failed)), terminal_ ? "" : "\n");
  std::fflush(stderr);
  shown_ = true;
}

void Live::finish() {
  if (terminal_ && shown_) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace segue::traffic
