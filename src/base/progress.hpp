// How long work tells what it does. Implementations: a terminal, plain lines, JSON lines (cli/), silence (tests).
// Does not: carry values of the application; names and numbers only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/table.hpp"

namespace segue {

class Progress {
 public:
  virtual ~Progress() = default;
  virtual void begin(std::string_view phase, std::string_view step) = 0;
  // total 0: unknown. May be called often; the implementation limits the rate.
  virtual void rows(std::int64_t done, std::int64_t total) = 0;
  virtual void note(std::string_view text) = 0;
  virtual void table(const Table& table) {
    note(table.title);
    for (const auto& line : lines_of(table)) note(line);
  }
  // Writing stands still until others have caught up: every reason; said again when they change, and each minute.
  virtual void paused(const std::vector<std::string>& reasons) {
    for (const auto& reason : reasons) note("paused: " + reason);
  }
  virtual void resumed(double seconds) { note("goes on after " + std::to_string(static_cast<long>(seconds)) + " s"); }
  virtual void end(std::string_view outcome) = 0;      // "done", "undone", "failed"
};

class Silence : public Progress {
 public:
  void begin(std::string_view, std::string_view) override {}
  void rows(std::int64_t, std::int64_t) override {}
  void note(std::string_view) override {}
  void end(std::string_view) override {}
};

}  // namespace segue
