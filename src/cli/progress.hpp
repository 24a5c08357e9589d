// Three ways to tell what is going on. All write to standard error but JSON, which is the output.
#pragma once
#include <chrono>
#include <string>

#include "base/progress.hpp"

namespace segue::cli {

using Clock = std::chrono::steady_clock;

// Rate and time left over the current step.
class Gauge {
 public:
  void begin();
  std::string text(std::int64_t done, std::int64_t total);       // "120,000 of 200,000 rows, 61,000/s, 1 s left"
  double seconds() const;

 private:
  Clock::time_point begun_ = Clock::now();
  std::int64_t first_ = -1;
};

class TerminalProgress final : public Progress {
 public:
  void begin(std::string_view phase, std::string_view step) override;
  void rows(std::int64_t done, std::int64_t total) override;
  void note(std::string_view text) override;
  void end(std::string_view outcome) override;

 private:
  void line(const std::string& text, bool keep);
  std::string title_;
  Gauge gauge_;
  Clock::time_point shown_{};
};

class PlainProgress final : public Progress {
 public:
  void begin(std::string_view phase, std::string_view step) override;
  void rows(std::int64_t done, std::int64_t total) override;
  void note(std::string_view text) override;
  void end(std::string_view outcome) override;

 private:
  std::string title_;
  Gauge gauge_;
  Clock::time_point shown_{};
};

// {"event": "begin" | "rows" | "note" | "table" | "paused" | "resumed" | "end", "phase", "step", ...}, one a line.
class JsonProgress final : public Progress {
 public:
  void begin(std::string_view phase, std::string_view step) override;
  void rows(std::int64_t done, std::int64_t total) override;
  void note(std::string_view text) override;
  void table(const Table& table) override;
  void paused(const std::vector<std::string>& reasons) override;
  void resumed(double seconds) override;
  void end(std::string_view outcome) override;

 private:
  std::string phase_, step_;
  Gauge gauge_;
  Clock::time_point shown_{};
};

}  // namespace segue::cli
