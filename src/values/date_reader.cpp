// date: the calendar day in figures or with the month's name. 01/02/2024 is two days unless the plan says which.
#include <chrono>

#include <fmt/format.h>

#include "values/cursor.hpp"
#include "values/readers.hpp"

namespace segue::values {
namespace {

using Date = std::chrono::year_month_day;

bool joins(Kind kind) { return kind == Kind::dash || kind == Kind::dot || kind == Kind::slash; }

std::optional<Date> date_at(int year, int month, int day) {
  const Date date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1000 || year > 9999) return std::nullopt;
  return date;
}

struct Read { std::optional<Date> date; std::string rule; bool two_days = false; };

class DateReader : public Reader {
 public:
  explicit DateReader(const Settings& settings) : vocabulary_(Vocabulary::of(settings.languages)), order_(settings.order) {}

  Reading read(std::string_view raw) const override {
    auto [text, why] = normalised(raw);
    if (!why.empty()) return unreadable(std::move(why));
    if (text.empty()) return unreadable("empty");
    const auto tokens = tokens_of(text, *vocabulary_);
    if (!tokens) return unreadable("not a date");
    for (const auto form : {&DateReader::compact, &DateReader::year_first, &DateReader::with_units, &DateReader::with_name, &DateReader::year_last}) {
      Cursor cursor(*tokens);
      const auto [date, rule, two_days] = (this->*form)(cursor);
      if (rule.empty() || !at_end(cursor)) continue;
      if (!date) return unreadable(two_days ? "a date that can be two days" : "a day that no calendar has");
      return certain(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date->year()), static_cast<unsigned>(date->month()),
                                 static_cast<unsigned>(date->day())), rule);
    }
    return unreadable("not a date");
  }

 private:
  // A weekday or a midnight may stand behind it: "2024-02-01T00:00:00". Any other time says more than a date.
  static bool at_end(Cursor& cursor) {
    cursor.accept(Kind::dot);
    cursor.skip(Kind::day_word);
    if (cursor.at_end()) return true;
    cursor.accept(Kind::date_time);
    const auto clock = read_clock(cursor);
    return clock && clock->minute == 0 && clock->sign == Clock::Sign::colon && cursor.at_end();
  }

  Read compact(Cursor& cursor) const {
    const auto number = cursor.figures({8});
    if (!number) return {};
    return {date_at(*number / 10000, *number / 100 % 100, *number % 100), "date in eight figures"};
  }

  Read year_first(Cursor& cursor) const {
    const auto year = cursor.figures({4});
    if (!year || cursor.peek() == nullptr || !joins(cursor.peek()->kind)) return {};
    const auto sign = cursor.next().kind;
    const auto month = cursor.figures({1, 2});
    if (!month || !cursor.accept(sign)) return {};
    const auto day = cursor.figures({1, 2});
    if (!day) return {};
    return {date_at(*year, *month, *day), "date, year first"};
  }

  Read year_last(Cursor& cursor) const {
    const auto first = cursor.figures({1, 2});
    if (!first || cursor.peek() == nullptr || !joins(cursor.peek()->kind)) return {};
    const auto sign = cursor.next().kind;
    const auto second = cursor.figures({1, 2});
    if (!second || !cursor.accept(sign)) return {};
    const auto year = cursor.figures({4});
    if (!year) return {};
    const auto day_first = date_at(*year, *second, *first), month_first = date_at(*year, *first, *second);
    if (order_) return {*order_ == DateOrder::day_first ? day_first : month_first, "date, year last, in the plan's order"};
    if (day_first && month_first && *day_first != *month_first) return {{}, "date, year last", true};
    return {day_first ? day_first : month_first, "date, year last"};
  }

  Read with_units(Cursor& cursor) const {
    const auto year = cursor.figures({4});
    if (!year || !cursor.accept(Kind::year)) return {};
    const auto month = cursor.figures({1, 2});
    if (!month || !cursor.accept(Kind::month)) return {};
    const auto day = cursor.figures({1, 2});
    if (!day || !cursor.accept(Kind::day)) return {};
    return {date_at(*year, *month, *day), "date with units"};
  }

  Read with_name(Cursor& cursor) const {
    cursor.skip(Kind::day_word);
    cursor.accept(Kind::comma);
    auto day = cursor.figures({1, 2});
    if (day) cursor.accept(Kind::dot);
    if (!cursor.sees(Kind::month_name)) return {};
    const int month = cursor.next().value;
    if (!day) day = cursor.figures({1, 2});
    cursor.accept(Kind::comma);
    const auto year = cursor.figures({4});
    if (!day || !year) return {};
    cursor.skip(Kind::filler);                                   // "2026 г."
    return {date_at(*year, month, *day), "date with the month's name"};
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::optional<DateOrder> order_;
};

}  // namespace

std::unique_ptr<const Reader> make_date(const Settings& settings) { return std::make_unique<DateReader>(settings); }

}  // namespace segue::values
