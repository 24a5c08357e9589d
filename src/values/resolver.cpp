#include "values/resolver.hpp"

#include <algorithm>

namespace segue::values {
namespace {

constexpr int hour = 60, half_day = 12 * hour, day = 24 * hour;
constexpr int dawn = 6 * hour;                                   // before it, a time of a house that is closed then may be a slip
constexpr int about = 15;                                        // "around 9": so much earlier or later

using Style = Clock::Style;

struct Point { int minute; bool by_hours = false; };

// The times of day a clock can mean beside these parts of the day; none where they contradict it ("14:00 AM").
std::vector<int> candidates(const Clock& clock, const std::vector<Part>& parts) {
  std::vector<int> times{clock.minute};
  const bool twelve = clock.minute < 13 * hour;
  if (twelve) times = {clock.minute % half_day, clock.minute % half_day + half_day};
  for (const auto& part : parts) std::erase_if(times, [&](int time) { return !part.contains(time); });
  return times;
}

bool is_half_of_day(const Part& part) { return part.from == 0 && part.to == half_day; }

class Resolver {
 public:
  explicit Resolver(const std::optional<Hours>& hours) : hours_(hours) {}
  Reading read(const Expression& expression) const;

 private:
  bool open_at(int minute) const { return hours_ && hours_->open_at(minute); }
  bool may_be_slip(int minute) const { return hours_ && minute < dawn && !open_at(minute) && open_at(minute + half_day); }
  std::optional<Point> bare(const Clock& clock) const;
  std::optional<Point> clock_alone(const Clock& clock) const;
  std::optional<Point> point(const Moment& moment) const;
  std::optional<Point> start(const Moment& first, const Moment& last) const;
  std::optional<int> end(const Moment& first, const Moment& last, int from) const;
  Reading single(const Moment& moment) const;
  Reading range(const Moment& first, const Moment& last) const;
  Reading several(const std::vector<Moment>& moments) const;
  Reading open_ended(Moment moment, Expression::Form form, const std::optional<Part>& within) const;

  const std::optional<Hours>& hours_;
};

// "2:00", "9시": the time the house is open at; in a lunch break, the one between opening and closing.
std::optional<Point> Resolver::bare(const Clock& clock) const {
  const int early = clock.minute % half_day, late = early + half_day;
  if (!hours_) return early >= 7 * hour ? std::optional(Point{early}) : std::nullopt;
  bool first = open_at(early), second = open_at(late);
  if (first == second) {
    if (first) return std::nullopt;
    first = hours_->within(early);
    second = hours_->within(late);
  }
  if (first == second) return std::nullopt;
  return first ? Point{early, early < 7 * hour} : Point{late, true};
}

std::optional<Point> Resolver::clock_alone(const Clock& clock) const {
  if (clock.needs_part || clock.minute >= day) return std::nullopt;
  if (clock.maybe_year && hours_ && !open_at(clock.minute)) return std::nullopt;
  if (clock.style == Style::bare) return bare(clock);
  if (clock.minute >= 13 * hour) return Point{clock.minute};
  const bool slip = clock.style == Style::exact ? may_be_slip(clock.minute)
                                                : hours_ && !open_at(clock.minute) && open_at((clock.minute + half_day) % day);
  return slip ? std::nullopt : std::optional(Point{clock.minute});
}

// "12:30 AM" where the house is closed at night and open at noon may be a slip, and nobody knows. "새벽 5시" is none.
std::optional<Point> Resolver::point(const Moment& moment) const {
  if (!moment.clock) {
    const int minute = moment.parts.front().from % day;
    return may_be_slip(minute) ? std::nullopt : std::optional(Point{minute});
  }
  if (moment.parts.empty()) return clock_alone(*moment.clock);
  const auto times = candidates(*moment.clock, moment.parts);
  if (times.size() != 1 || times[0] >= day) return std::nullopt;
  const bool twelve = times[0] < hour;                           // of which day is the midnight of "12 at night"?
  const bool meant = !twelve && std::ranges::any_of(moment.parts, [](const Part& part) { return !is_half_of_day(part) && !part.is_point(); });
  if (!meant && may_be_slip(times[0])) return std::nullopt;
  return Point{times[0]};
}

// "2-4 pm": the word behind the end belongs to the start too, if that keeps the order ("10-2 pm": it does not).
std::optional<Point> Resolver::start(const Moment& first, const Moment& last) const {
  if (first.clock && first.parts.empty() && first.clock->style != Style::exact && !last.parts.empty() && last.clock) {
    const auto shared = candidates(*first.clock, last.parts), ends = candidates(*last.clock, last.parts);
    if (shared.size() == 1 && ends.size() == 1 && shared[0] < ends[0]) return Point{shared[0]};
  }
  return point(first);
}

// Whoever begins with "14:00" goes on with a 24-hour clock.
std::optional<int> Resolver::end(const Moment& first, const Moment& last, int from) const {
  const bool exact = first.clock && first.parts.empty() && first.clock->minute >= 13 * hour;
  const bool free = last.clock && last.parts.empty() && last.clock->style != Style::exact && !exact;
  if (!free) {
    const auto times = last.clock ? candidates(*last.clock, last.parts) : std::vector{last.parts.front().from};
    if (last.clock && last.parts.empty()) return last.clock->minute == 0 ? day : last.clock->minute;
    if (times.size() != 1) return std::nullopt;
    return times[0] == 0 ? day : times[0];
  }
  const int literal = last.clock->minute;
  if (literal > from) return literal;
  if (literal % half_day == from % half_day) return std::nullopt;  // "9:00-9:00" is hardly twelve hours long
  return literal + half_day;
}

Interval blurred(const Interval& interval, bool is_about) {
  if (!is_about) return interval;
  return {std::max(0, interval.from - about), std::min(day, interval.to + about)};
}

Certainty certainty_of(const Point& point) { return point.by_hours ? Certainty::by_hours : Certainty::certain; }

std::string name_of_part(const Moment& moment) { return moment.parts.empty() ? "" : std::string(moment.parts.front().name); }

std::string rule_of(const Moment& moment, const Point& point) {
  if (!moment.clock) return "noon or midnight";
  if (point.by_hours) return "clock by opening hours";
  if (!moment.parts.empty()) return "clock with part of day";
  return moment.clock->style == Style::bare ? "clock" : "24-hour clock";
}

Reading Resolver::single(const Moment& moment) const {
  if (!moment.is_point()) {
    const auto& part = moment.parts.front();
    return {{}, Interval{part.from, part.to}, name_of_part(moment), {}, "part of day", Certainty::certain};
  }
  // A mere 0 rather says that nothing was chosen, and a mere 1 or 2 may be a code.
  const bool lone = moment.clock && !moment.is_marked() && moment.clock->sign == Clock::Sign::none && !moment.clock->compact;
  if (lone && (moment.clock->minute <= 6 * hour || moment.clock->in_words)) return unreadable("a number that may mean anything");
  const auto time = point(moment);
  if (!time) return unreadable("a clock that can mean two times or none");
  Reading reading{time->minute, {}, name_of_part(moment), {}, rule_of(moment, *time), certainty_of(*time)};
  if (moment.about) {
    reading.rule = "about a " + reading.rule;
    reading.interval = blurred({time->minute, time->minute}, true);
  }
  return reading;
}

Reading Resolver::range(const Moment& first, const Moment& last) const {
  if (!first.is_point() || !last.is_point()) return unreadable("a range without two times");
  const auto from = start(first, last);
  if (!from) return unreadable("a range whose start can mean two times or none");
  const auto to = end(first, last, from->minute);
  if (!to || *to <= from->minute || *to > day) return unreadable("a range whose end does not follow its start");
  return {from->minute, blurred({from->minute, *to}, first.about || last.about), name_of_part(first), {}, from->by_hours ? "range by opening hours" : "range",
          certainty_of(*from)};
}

// "9, 10 or 11 am": from the first to the last; the word behind the last belongs to all that have none.
Reading Resolver::several(const std::vector<Moment>& moments) const {
  Interval hull{2 * day, 0};
  Certainty certainty = Certainty::certain;
  bool about_one = false;
  for (auto moment : moments) {
    about_one = about_one || moment.about;
    if (!moment.is_point()) {
      hull = {std::min(hull.from, moment.parts.front().from), std::max(hull.to, moment.parts.front().to)};
      continue;
    }
    const bool shares = moment.clock && moment.parts.empty() && moment.clock->style != Style::exact;
    if (shares && candidates(*moment.clock, moments.back().parts).size() == 1) moment.parts = moments.back().parts;
    else if (shares && candidates(*moment.clock, moments.front().parts).size() == 1) moment.parts = moments.front().parts;
    const auto time = point(moment);
    if (!time) return unreadable("several times, of which one can mean two times or none");
    if (time->by_hours) certainty = Certainty::by_hours;
    hull = {std::min(hull.from, time->minute), std::max(hull.to, time->minute + 1)};
  }
  return {{}, blurred(hull, about_one), {}, {}, certainty == Certainty::by_hours ? "several times by opening hours" : "several times", certainty};
}

// "after lunch" begins where lunch ends, "from lunch" where it begins.
Reading Resolver::open_ended(Moment moment, Expression::Form form, const std::optional<Part>& within) const {
  const bool until = form == Expression::Form::until;
  if (within && moment.clock && moment.parts.empty()) moment.parts.push_back(*within);
  Interval interval{0, day};
  Certainty certainty = Certainty::certain;
  if (moment.is_point()) {
    const auto time = point(moment);
    if (!time || (until && time->minute == 0)) return unreadable("an open range whose time can mean two or none");
    certainty = certainty_of(*time);
    (until ? interval.to : interval.from) = time->minute;
  } else {
    const auto& part = moment.parts.front();
    (until ? interval.to : interval.from) = form == Expression::Form::after ? part.to : part.from;
  }
  interval = blurred(interval, moment.about);
  if (within) interval = {std::max(interval.from, within->from), std::min(interval.to, within->to)};
  if (interval.from >= interval.to) return unreadable("an open range without a time in it");
  return {{}, interval, {}, {}, until ? "until a time" : "from a time on", certainty};
}

Reading Resolver::read(const Expression& expression) const {
  const auto& first = expression.moments.front();
  const bool midnight = first.clock && first.clock->minute == 0 && first.parts.empty();
  if (expression.dated && midnight) return unreadable("a date without a time");
  switch (expression.form) {
    case Expression::Form::single: return single(first);
    case Expression::Form::range: return range(first, expression.moments.back());
    case Expression::Form::several: return several(expression.moments);
    default: return open_ended(first, expression.form, expression.within);
  }
}

}  // namespace

Reading resolve(const Expression& expression, const std::optional<Hours>& hours) { return Resolver(hours).read(expression); }

}  // namespace segue::values
