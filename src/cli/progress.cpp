#include "cli/progress.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace segue::cli {

namespace {

constexpr auto terminal_pace = std::chrono::milliseconds(100);
constexpr auto line_pace = std::chrono::seconds(2);

bool due(Clock::time_point& shown, Clock::duration pace) {
  const auto now = Clock::now();
  if (now - shown < pace) return false;
  shown = now;
  return true;
}

std::string titled(std::string_view phase, std::string_view step) { return fmt::format("{:<9} {}", phase, step); }

}  // namespace

void Gauge::begin() {
  begun_ = Clock::now();
  first_ = -1;
}

double Gauge::seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

std::string Gauge::text(std::int64_t done, std::int64_t total) {
  if (first_ < 0) first_ = done;
  const double rate = seconds() > 0.2 ? static_cast<double>(done - first_) / seconds() : 0;
  auto text = total > 0 ? fmt::format("{} of {}", grouped(done), grouped(total)) : grouped(done);
  if (rate >= 1) text += fmt::format(", {}/s", grouped(static_cast<std::int64_t>(rate)));
  if (rate >= 1 && total > done) text += fmt::format(", {:.0f} s left", static_cast<double>(total - done) / rate);
  return text;
}

// ---- terminal

void TerminalProgress::line(const std::string& text, bool keep) { fmt::print(stderr, "\r\033[K{}{}", text, keep ? "\n" : ""); std::fflush(stderr); }

void TerminalProgress::begin(std::string_view phase, std::string_view step) {
  title_ = titled(phase, step);
  gauge_.begin();
  line("  … " + title_, false);
}

void TerminalProgress::rows(std::int64_t done, std::int64_t total) {
  if (!due(shown_, terminal_pace)) return;
  const int filled = total > 0 ? static_cast<int>(24 * done / std::max<std::int64_t>(total, 1)) : 0;
  std::string bar;
  for (int i = 0; i < 24; ++i) bar += i < filled ? "█" : "·";
  line(fmt::format("  … {}  {} {}", title_, bar, gauge_.text(done, total)), false);
}

void TerminalProgress::note(std::string_view text) {
  line(fmt::format("    {}", text), true);
  line("  … " + title_, false);
}

void TerminalProgress::end(std::string_view outcome) { line(fmt::format("  ✓ {}  {} in {:.2f} s", title_, outcome, gauge_.seconds()), true); }

// ---- plain lines

void PlainProgress::begin(std::string_view phase, std::string_view step) {
  title_ = titled(phase, step);
  gauge_.begin();
  shown_ = Clock::now();
}

void PlainProgress::rows(std::int64_t done, std::int64_t total) {
  const auto text = gauge_.text(done, total);
  if (due(shown_, line_pace)) fmt::print(stderr, "  {}: {}\n", title_, text);
}

void PlainProgress::note(std::string_view text) { fmt::print(stderr, "  {}: {}\n", title_, text); }
void PlainProgress::end(std::string_view outcome) { fmt::print(stderr, "  {}: {} in {:.2f} s\n", title_, outcome, gauge_.seconds()); }

// ---- JSON lines

void JsonProgress::begin(std::string_view phase, std::string_view step) {
  phase_ = phase;
  step_ = step;
  gauge_.begin();
  print(boost::json::serialize(boost::json::object{{"event", "begin"}, {"phase", phase_}, {"step", step_}}));
}

void JsonProgress::rows(std::int64_t done, std::int64_t total) {
  if (!due(shown_, line_pace)) return;
  print(boost::json::serialize(boost::json::object{{"event", "rows"}, {"phase", phase_}, {"step", step_}, {"done", done}, {"total", total}}));
}

void JsonProgress::note(std::string_view text) {
  print(boost::json::serialize(boost::json::object{{"event", "note"}, {"phase", phase_}, {"step", step_}, {"text", text}}));
}

void JsonProgress::table(const Table& table) {
  auto event = boost::json::object{{"event", "table"}, {"phase", phase_}, {"step", step_}};
  const auto shown = boost::json::parse(to_json(table));
  for (const auto& [key, value] : shown.as_object()) event[key] = value;
  print(boost::json::serialize(event));
}

void JsonProgress::paused(const std::vector<std::string>& reasons) {
  print(boost::json::serialize(boost::json::object{{"event", "paused"}, {"phase", phase_}, {"step", step_}, {"reasons", boost::json::value_from(reasons)}}));
}

void JsonProgress::resumed(double seconds) {
  print(boost::json::serialize(boost::json::object{{"event", "resumed"}, {"phase", phase_}, {"step", step_}, {"seconds", seconds}}));
}

void JsonProgress::end(std::string_view outcome) {
  print(boost::json::serialize(boost::json::object{{"event", "end"}, {"phase", phase_}, {"step", step_}, {"outcome", outcome}, {"seconds", gauge_.seconds()}}));
}

}  // namespace segue::cli
