#include "values/time_of_day.hpp"

#include "values/time_parser.hpp"

namespace segue::values {
namespace {

using Certainty = TimeReading::Certainty;

constexpr std::size_t longest_text = 200;
constexpr int hour = 60, half_day = 12 * hour, day = 24 * hour;

TimeReading unreadable(std::string why) { return {{}, {}, std::move(why), Certainty::unreadable}; }

// The times of day a clock can mean; none where its words contradict it ("14:00 AM").
std::vector<int> candidates(const Clock& clock, const std::vector<Span>& parts) {
  const int literal = clock.hour * hour + clock.minute;
  if (parts.empty() && (clock.leading_zero || clock.hour == 0 || clock.hour > 6)) return {literal};
  std::vector<int> times{literal};
  if (clock.hour <= 12) times = {literal % half_day, literal % half_day + half_day};
  for (const auto& part : parts) std::erase_if(times, [&](int time) { return !part.contains(time); });
  return times;
}

struct Resolved { int minute; Certainty certainty; };

class Resolver {
 public:
  explicit Resolver(std::optional<Hours> hours) : hours_(hours) {}
  TimeReading read(const Expression& expression) const;

 private:
  bool open_at(int minute) const { return hours_ && hours_->open <= minute && minute < hours_->close; }
  std::optional<Resolved> point(const Moment& moment) const;
  std::optional<Resolved> range_start(const Moment& start, const Moment& end) const;
  std::optional<Resolved> range_end(const Moment& end, int start) const;
  TimeReading single(const Moment& moment) const;
  TimeReading range(const Moment& start, const Moment& end) const;
  TimeReading open_ended(const Moment& moment, bool after) const;

  std::optional<Hours> hours_;
};

std::optional<Resolved> Resolver::point(const Moment& moment) const {
  if (!moment.clock) return Resolved{moment.parts.front().from % day, Certainty::certain};
  const auto times = candidates(*moment.clock, moment.parts);
  if (times.size() == 1) {
    // "12:30 AM" where the house is closed at night and open at noon: a slip, and nobody knows which.
    const bool slip = hours_ && moment.clock->hour == 12 && !open_at(times[0]) && open_at(times[0] + half_day);
    if (slip || times[0] >= day) return std::nullopt;
    return Resolved{times[0], Certainty::certain};
  }
  if (times.size() != 2 || open_at(times[0]) == open_at(times[1])) return std::nullopt;
  return Resolved{open_at(times[0]) ? times[0] : times[1], Certainty::by_hours};
}

// "2-4 pm": the word behind the end belongs to the start too, if that keeps the order ("10-2 pm": it does not).
std::optional<Resolved> Resolver::range_start(const Moment& start, const Moment& end) const {
  if (start.parts.empty() && !start.clock->leading_zero && !end.parts.empty() && end.clock) {
    const auto shared = candidates(*start.clock, end.parts);
    const auto last = candidates(*end.clock, end.parts);
    if (shared.size() == 1 && last.size() == 1 && shared[0] < last[0]) return Resolved{shared[0], Certainty::certain};
  }
  return point(start);
}

std::optional<Resolved> Resolver::range_end(const Moment& end, int start) const {
  const bool free = end.clock && end.parts.empty() && !end.clock->leading_zero && end.clock->hour <= 12;
  if (!free) {
    const auto times = end.clock ? candidates(*end.clock, end.parts) : std::vector{end.parts.front().from};
    if (times.size() != 1) return std::nullopt;
    return Resolved{times[0] == 0 ? day : times[0], Certainty::certain};
  }
  const int early = (end.clock->hour * hour + end.clock->minute) % half_day;
  if (early == start % half_day) return std::nullopt;  // "9:00-9:00" is hardly twelve hours long
  for (const int time : {early, early + half_day})
    if (time > start) return Resolved{time, Certainty::certain};
  return std::nullopt;
}

TimeReading Resolver::single(const Moment& moment) const {
  if (!moment.is_point()) {
    const auto& part = moment.parts.front();
    if (!part.alone) return unreadable("a part of the day that says too little");
    return {{}, std::pair(part.from, part.to), "part of the day", Certainty::certain};
  }
  const auto time = point(moment);
  if (!time) return unreadable("a clock that can mean two times or none");
  const char* rule = !moment.clock ? "noon or midnight" : moment.parts.empty() ? "clock" : "clock with part of the day";
  return {time->minute, {}, time->certainty == Certainty::by_hours ? "clock by opening hours" : rule, time->certainty};
}

TimeReading Resolver::range(const Moment& start, const Moment& end) const {
  if (!start.is_point() || !end.is_point()) return unreadable("a range without two times");
  const auto first = range_start(start, end);
  if (!first) return unreadable("a range whose start can mean two times or none");
  const auto last = range_end(end, first->minute);
  if (!last || last->minute <= first->minute || last->minute > day)
    return unreadable("a range whose end does not follow its start");
  const bool crosses_noon = first->minute < half_day && last->minute > half_day;
  return {crosses_noon ? std::nullopt : std::optional(first->minute), std::pair(first->minute, last->minute),
          first->certainty == Certainty::by_hours ? "range by opening hours" : "range", first->certainty};
}

TimeReading Resolver::open_ended(const Moment& moment, bool after) const {
  if (!moment.is_point()) return unreadable("an open range without a time");
  const auto time = point(moment);
  if (!time || (!after && time->minute == 0)) return unreadable("an open range whose time can mean two or none");
  return {{}, after ? std::pair(time->minute, day) : std::pair(0, time->minute), after ? "from a time on" : "until a time",
          time->certainty};
}

TimeReading Resolver::read(const Expression& expression) const {
  switch (expression.form) {
    case Expression::Form::single: return single(expression.first);
    case Expression::Form::range: return range(expression.first, expression.second);
    case Expression::Form::after: return open_ended(expression.first, true);
    case Expression::Form::until: return open_ended(expression.first, false);
  }
  return unreadable("not a time of day");
}

}  // namespace

std::string_view name_of(Certainty certainty) {
  switch (certainty) {
    case Certainty::certain: return "certain";
    case Certainty::by_hours: return "by hours";
    case Certainty::unreadable: return "unreadable";
  }
  return "unreadable";
}

TimeReading read_time_of_day(std::string_view raw, std::optional<Hours> hours) {
  if (raw.size() > longest_text) return unreadable("too long");
  const auto tokens = tokens_of(raw);
  if (!tokens) return unreadable("not UTF-8");
  if (tokens->empty()) return unreadable("empty");
  const auto expression = parse_time(*tokens);
  if (!expression) return unreadable("not a time of day");
  return Resolver(hours).read(*expression);
}

std::optional<std::string> meaning_of(const TimeReading& reading, const std::vector<std::pair<int, std::string>>& before,
                                      const std::string& otherwise) {
  if (reading.certainty == Certainty::unreadable || (!reading.minute && !reading.interval)) return std::nullopt;
  const auto [from, to] = reading.minute ? std::pair(*reading.minute, *reading.minute + 1) : *reading.interval;
  for (const auto& [boundary, meaning] : before) {
    if (to <= boundary) return meaning;
    if (from < boundary) return std::nullopt;
  }
  return otherwise;
}

}  // namespace segue::values
