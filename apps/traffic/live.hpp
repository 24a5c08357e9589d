// What a person sees while traffic runs: one live line on a terminal, a plain line every five seconds otherwise.
// Rate, p50/p99 and errors of all requests and by path (old, new), and the totals so far.
// Does: write to standard error only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "traffic/windows.hpp"

namespace segue::traffic {

class Live {
 public:
  Live();
  // Once a second, with what the seconds before `now` brought.
  void show(const Windows& windows, const Window& total, std::int64_t now, const std::string& phase);
  void finish();

 private:
  bool terminal_, shown_ = false;
  int calls_ = 0;
};

std::string in_milliseconds(const std::optional<double>& latency);

}  // namespace segue::traffic
