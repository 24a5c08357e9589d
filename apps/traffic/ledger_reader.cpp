#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "traffic/ledger.hpp"

namespace segue::traffic {
namespace {

namespace json = boost::json;
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

Time parse_time(const std::string& text) {
  int year = 0, millis = 0, length = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2u.%3dZ%n", &year, &month, &day, &hour, &minute,
                               &second, &millis, &length);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (read != 7 || static_cast<std::size_t>(length) != text.size() || !date.ok())
    throw std::invalid_argument("no time");
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::milliseconds(millis);
}

std::string text_of(const json::object& line, std::string_view name) {
  return std::string(line.at(name).as_string());
}

struct Line { std::string_view text; bool whole; };              // whole: ends with a line end

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back({text.substr(0, end), end != text.npos});
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

// One ledger's lines into the record. What std exception it throws only says "not a ledger line".
class Reading {
 public:
  explicit Reading(Record& record) : record_(record) {}
  void line(std::string_view text);
  void end_of_file() { record_.cut_short += open_run_; }

 private:
  void book(const json::object& line);
  void status(const json::object& line);
  Record& record_;
  std::uint64_t open_run_ = 0;                                   // in_flight of the run that has no end line yet
};

void Reading::line(std::string_view text) {
  const json::value parsed = json::parse(text);
  const json::object& line = parsed.as_object();
  const auto at = parse_time(text_of(line, "at"));
  const std::string op = text_of(line, "op");
  if (op == "begin") {
    const auto in_flight = line.at("in_flight").to_number<std::uint64_t>();
    record_.cut_short += std::exchange(open_run_, in_flight);
  } else if (op == "end") {
    open_run_ = 0;
  } else if (op == "book") {
    book(line);
  } else if (op == "status") {
    status(line);
  } else if (op == "lost") {
    ++(text_of(line, "what") == "book" ? record_.lost_bookings : record_.lost_changes);
  } else {
    throw std::invalid_argument("unknown op");
  }
  if (record_.lines == 0 || at < record_.first) record_.first = at;
  ++record_.lines;
}

void Reading::book(const json::object& line) {
  const Booking booking{text_of(line, "id"),   text_of(line, "date"),    text_of(line, "service"),
                        text_of(line, "form"), text_of(line, "variant"), text_of(line, "status")};
  if (booking.variant != "old" && booking.variant != "new") throw std::invalid_argument("unknown variant");
  if (!record_.bookings.emplace(booking.id, booking).second) record_.doubled.push_back(booking.id);
}

void Reading::status(const json::object& line) {
  record_.bookings.at(text_of(line, "id")).status = text_of(line, "status");
  ++record_.status_changes;
}

bool begins_a_run(std::string_view text) { return text.find(R"("op":"begin")") != text.npos; }

}  // namespace

void read_ledger(Record& record, const std::string& name, std::string_view text) {
  const auto lines = lines_of(text);
  Reading reading(record);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    try {
      reading.line(lines[i].text);
    } catch (const std::exception&) {
      // Cut by a kill: the very last line, or the last before the run that came after.
      const bool cut = lines[i].whole ? i + 1 < lines.size() && begins_a_run(lines[i + 1].text) : true;
      if (!cut)
        throw Error(ErrorCode::usage, fmt::format("{}:{}: this is not a line of a ledger", name, i + 1),
                    "give the file that \"traffic run --ledger\" wrote");
      record.last_line_cut = true;
    }
  }
  reading.end_of_file();
}

}  // namespace segue::traffic
