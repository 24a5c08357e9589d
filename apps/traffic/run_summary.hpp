// What a run adds up to, and how it is told at its end.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "traffic/windows.hpp"

namespace segue::traffic {

struct RunSummary {
  Window total;
  std::map<std::string_view, std::uint64_t> by_op;
  std::map<std::string, std::uint64_t> failures;                 // by reason
  std::uint64_t booked_old = 0, booked_new = 0, changed = 0, refused = 0, lost = 0, tries = 0;
  void count(std::string_view op, const Verdict& verdict);
  void print_text(double seconds) const;
  void print_json(double seconds) const;
};

}  // namespace segue::traffic
