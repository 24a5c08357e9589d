// segue read: texts from standard input, one a line; what a reader makes of each, one line each.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <map>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "plan/value_reader.hpp"
#include "values/quote.hpp"
#include "values/reader.hpp"

namespace segue::cli {

namespace {

using values::Reading;

constexpr std::size_t longest_line = 1024;                       // of a longer one the rest is not kept; no reader takes as much

const std::map<std::string, std::vector<std::string>>& options_of_readers() {
  static const std::map<std::string, std::vector<std::string>> options = {
      {"time-of-day", {"--hours", "--lang", "--before", "--otherwise"}},
      {"enum", {"--label"}},
      {"integer", {"--least", "--most"}},
      {"date", {"--order", "--lang"}},
      {"phone", {"--country"}},
      {"boolean", {"--lang"}}};
  return options;
}

const std::vector<Arguments::Option>& options() {
  static const std::vector<Arguments::Option> all = {
      {"--plan", true}, {"--value", true}, {"--hours", true}, {"--lang", true}, {"--before", true, true}, {"--otherwise", true},
      {"--label", true, true}, {"--least", true}, {"--most", true}, {"--order", true}, {"--country", true}, {"--json"}};
  return all;
}

[[noreturn]] void refuse(const std::string& option, const std::string& expected, const std::string& got) {
  throw Error(ErrorCode::usage, fmt::format("option \"{}\": expected {}, got \"{}\"", option, expected, got));
}

std::pair<std::string, std::string> pair_of(const std::string& option, const std::string& expected, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) refuse(option, expected, text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::optional<values::Becomes> becomes_of(const Arguments& arguments) {
  const std::string expected = "a time and its meaning such as 12:00=MORNING";
  values::Becomes becomes;
  for (const auto& text : arguments.values("--before")) {
    const auto [before, meaning] = pair_of("--before", expected, text);
    const auto minute = values::clock_of(before);
    if (!minute) refuse("--before", expected, text);
    if (!becomes.boundaries.empty() && *minute <= becomes.boundaries.back().before) refuse("--before", "ascending times", text);
    becomes.boundaries.push_back({*minute, meaning});
  }
  becomes.otherwise = arguments.value_or("--otherwise", "");
  if (becomes.boundaries.empty() != becomes.otherwise.empty())
    throw Error(ErrorCode::usage, "--before and --otherwise go together", "say --before 12:00=MORNING --otherwise AFTERNOON");
  return becomes.boundaries.empty() ? std::nullopt : std::optional(becomes);
}

std::optional<std::int64_t> bound_of(const Arguments& arguments, const std::string& option) {
  const auto text = arguments.value(option);
  if (!text) return std::nullopt;
  const auto number = to_integer(*text);
  if (!number) refuse(option, "a whole number", *text);
  return number;
}

values::Settings settings_of(const Arguments& arguments) {
  values::Settings settings;
  if (const auto languages = arguments.value("--lang")) settings.languages = split_text(*languages, ',');
  if (const auto hours = arguments.value("--hours")) {
    settings.hours = values::Hours::parse(*hours);
    if (!settings.hours) refuse("--hours", "opening hours such as 09:00-18:00 or 09:00-12:00,14:00-18:00", *hours);
  }
  settings.becomes = becomes_of(arguments);
  for (const auto& text : arguments.values("--label")) {
    const auto equals = text.find('=');
    settings.labels.emplace_back(text.substr(0, equals), equals == std::string::npos ? Words() : split_text(text.substr(equals + 1), ','));
  }
  settings.least = bound_of(arguments, "--least");
  settings.most = bound_of(arguments, "--most");
  if (const auto order = arguments.value("--order")) {
    if (*order != "day-first" && *order != "month-first") refuse("--order", "day-first or month-first", *order);
    settings.order = *order == "day-first" ? values::DateOrder::day_first : values::DateOrder::month_first;
  }
  settings.country = arguments.value_or("--country", "");
  return settings;
}

std::unique_ptr<const values::Reader> from_plan(const Arguments& arguments) {
  const auto name = arguments.value("--value");
  if (!name || !arguments.has("--plan")) throw Error(ErrorCode::usage, "--plan and --value go together", "segue read --plan PLAN --value NAME");
  arguments.at_most(0);
  for (const auto& option : options())
    if (option.name != "--plan" && option.name != "--value" && option.name != "--json" && arguments.has(option.name))
      throw Error(ErrorCode::usage, fmt::format("option \"{}\" contradicts --plan, which says how its value is read", option.name));
  const auto plan = plan::load(*arguments.value("--plan"));
  return plan::reader_of(plan.value(*name));
}

std::unique_ptr<const values::Reader> reader_for(const Arguments& arguments) {
  if (arguments.has("--plan") || arguments.has("--value")) return from_plan(arguments);
  const auto& name = arguments.positional(0, "a reader: " + join(values::reader_names(), ", "));
  arguments.at_most(1);
  auto reader = values::make_reader(name, settings_of(arguments));
  const auto& own = options_of_readers().at(name);
  for (const auto& option : options())
    if (option.name != "--json" && arguments.has(option.name) && std::ranges::find(own, option.name) == own.end())
      throw Error(ErrorCode::usage, fmt::format("reader \"{}\" takes no {}", name, option.name), "it takes " + join(own, ", "));
  return reader;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string line_of(const std::string& raw, const Reading& reading) {
  const auto time = reading.interval ? values::interval_text(*reading.interval) : reading.time ? values::clock_text(*reading.time) : "-";
  const bool review = reading.certainty == values::Certainty::unreadable;
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", values::quoted(raw), time, or_dash(reading.part),
                     reading.meaning ? *reading.meaning : review ? "REVIEW" : "-", values::name_of(reading.certainty), reading.rule);
}

std::string json_of(const std::string& raw, const Reading& reading) {
  const auto or_null = [](bool there, const std::string& text) { return there ? boost::json::value(text) : boost::json::value(nullptr); };
  const boost::json::object object{{"raw", values::readable_utf8(raw)},
                                   {"time", or_null(reading.time.has_value(), reading.time ? values::clock_text(*reading.time) : "")},
                                   {"interval", or_null(reading.interval.has_value(), reading.interval ? values::interval_text(*reading.interval) : "")},
                                   {"part", or_null(!reading.part.empty(), reading.part)},
                                   {"meaning", or_null(reading.meaning.has_value(), reading.meaning.value_or(""))},
                                   {"certainty", values::name_of(reading.certainty)},
                                   {"rule", reading.rule}};
  return boost::json::serialize(object) + '\n';
}

// Lines of any bytes and any length, in bounded memory; what is there is answered before more is waited for.
class Lines {
 public:
  Lines(const values::Reader& reader, bool json) : reader_(reader), json_(json) {}
  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      keep(bytes.substr(0, end));
      if (end == std::string_view::npos) return;
      answer();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    if (begun_) answer();
    flush();
  }
  void flush() const {
    if (std::fflush(stdout) != 0) throw Error(ErrorCode::system, "cannot write to standard output");
  }

 private:
  void keep(std::string_view bytes) {
    begun_ = true;
    line_.append(bytes.substr(0, longest_line - std::min(longest_line, line_.size())));
  }
  void answer() {
    const auto reading = reader_.read(line_);
    const auto text = json_ ? json_of(line_, reading) : line_of(line_, reading);
    std::fwrite(text.data(), 1, text.size(), stdout);
    line_.clear();
    begun_ = false;
  }

  const values::Reader& reader_;
  bool json_, begun_ = false;
  std::string line_;
};

}  // namespace

int read(const Words& words) {
  const Arguments arguments(words, options());
  const auto reader = reader_for(arguments);
  Lines lines(*reader, arguments.has("--json"));
  std::array<char, 65536> block{};
  for (;;) {
    stop_if_interrupted();
    const auto count = ::read(STDIN_FILENO, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(ErrorCode::system, "cannot read standard input");
    if (count == 0) break;
    lines.take({block.data(), static_cast<std::size_t>(count)});
    lines.flush();
  }
  lines.finish();
  return 0;
}

}  // namespace segue::cli
