// One clock in figures or words.
#include "values/cursor.hpp"

namespace segue::values {
namespace {

constexpr int hour = 60, half_day = 12 * hour, day = 24 * hour;

std::optional<Clock> clock_at(int hours, int minutes, Clock::Style style, Clock::Sign sign) {
  if (hours > 24 || minutes > 59 || (hours == 24 && minutes != 0)) return std::nullopt;
  Clock clock;
  clock.minute = hours * hour + minutes;
  clock.style = hours == 0 || hours > 12 ? Clock::Style::exact : hours == 12 && style == Clock::Style::bare ? Clock::Style::written : style;
  clock.sign = sign;
  return clock;
}

Clock::Style style_of(const Token& hours, bool with_minutes) {
  if (hours.digits == 2 && hours.value < 10) return Clock::Style::exact;
  return with_minutes && hours.digits == 2 ? Clock::Style::written : Clock::Style::bare;
}

// Minutes behind a sign that may also join two hours or a day and a month: "9-30" is a time, "9-11" is not.
bool are_loose_minutes(const Token& token) { return token.digits == 2 && (token.value == 0 || (token.value > 24 && token.value < 60)); }

std::optional<Clock> behind_colon(Cursor& cursor, const Token& hours) {
  const auto minutes = cursor.figures({2});
  if (!minutes) return std::nullopt;
  if ((cursor.sees(Kind::colon)) && cursor.sees(Kind::number, 1)) {
    cursor.next();
    const auto seconds = cursor.figures({2});
    if (!seconds || *seconds > 59) return std::nullopt;
    if (cursor.sees(Kind::dot) && cursor.sees(Kind::number, 1)) {
      cursor.next();
      if (!cursor.figures({1, 2, 3, 4, 5, 6, 7, 8, 9})) return std::nullopt;
    }
  }
  return clock_at(hours.value, *minutes, style_of(hours, true), Clock::Sign::colon);
}

// Behind "9시" or "9h": "30분", "30", or nothing.
std::optional<Clock> behind_unit(Cursor& cursor, const Token& hours) {
  int minutes = 0;
  if (cursor.sees(Kind::number) && cursor.sees(Kind::minute, 1)) {
    minutes = cursor.next().value;
    cursor.next();
    if (cursor.sees(Kind::number) && cursor.sees(Kind::second, 1) && cursor.peek()->value < 60) {
      cursor.next();
      cursor.next();
    }
  } else if (cursor.sees_figures({2}) && (!cursor.peek()->gap || are_loose_minutes(*cursor.peek())) && !cursor.sees(Kind::hour, 1)) {
    minutes = cursor.next().value;
  }
  return clock_at(hours.value, minutes, style_of(hours, false), Clock::Sign::unit);
}

// "0930", "930": without a sign. A unit behind it, or am and pm, says that it is a time; else only the usual minutes do.
std::optional<Clock> compact(Cursor& cursor, const Token& token) {
  const bool full = token.digits == 4;
  const int minutes = token.value % 100;
  const bool zero = full && token.value < 1000;
  const bool unit = cursor.accept(Kind::hour) || cursor.accept(Kind::duration);
  auto clock = clock_at(token.value / 100, minutes, zero ? Clock::Style::exact : Clock::Style::bare, unit ? Clock::Sign::unit : Clock::Sign::none);
  if (!clock || (!full && token.value < 100)) return std::nullopt;
  if (full && clock->style == Clock::Style::bare) clock->style = Clock::Style::written;
  clock->compact = true;
  clock->needs_part = !unit && !zero && (full ? minutes % 5 != 0 : minutes == 0 || minutes % 15 != 0);
  clock->maybe_year = !unit && token.value >= 1900 && token.value < 2100;
  if (clock->maybe_year && minutes % 15 != 0) clock->needs_part = true;
  return clock;
}

std::optional<Clock> behind_dot(Cursor& cursor, const Token& hours) {
  const int minutes = *cursor.figures({2});
  auto clock = clock_at(hours.value, minutes, style_of(hours, true), Clock::Sign::loose);
  if (clock) clock->needs_part = minutes > 0 && minutes <= 12;   // "15.01" is rather a date
  if (clock && cursor.accept(Kind::hour)) {                      // "9.30 Uhr"
    clock->sign = Clock::Sign::unit;
    clock->needs_part = false;
  }
  return clock;
}

// "9-30", "9,30", "9 30".
bool accept_loose_sign(Cursor& cursor) {
  const auto* token = cursor.peek();
  if (token == nullptr) return false;
  if (token->kind == Kind::number) return are_loose_minutes(*token) && token->gap && !cursor.sees(Kind::colon, 1) && !cursor.sees(Kind::hour, 1);
  if (token->kind != Kind::dash && token->kind != Kind::comma && token->kind != Kind::semicolon) return false;
  const auto* minutes = cursor.peek(1);
  if (token->gap || minutes == nullptr || minutes->kind != Kind::number || minutes->gap || !are_loose_minutes(*minutes)) return false;
  const auto* behind = cursor.peek(2);
  if (behind != nullptr && (behind->kind == Kind::colon || behind->kind == Kind::hour || behind->kind == Kind::minute)) return false;
  cursor.next();
  return true;
}

std::optional<Clock> in_figures(Cursor& cursor) {
  const Token hours = cursor.next();
  if (hours.digits == 3 || hours.digits == 4) return compact(cursor, hours);
  if (hours.digits > 2) return std::nullopt;
  if (cursor.accept(Kind::hour)) return behind_unit(cursor, hours);
  if (cursor.accept(Kind::colon)) {
    auto clock = behind_colon(cursor, hours);
    if (clock && (cursor.accept(Kind::hour) || cursor.accept(Kind::duration) || cursor.accept(Kind::minute))) clock->sign = Clock::Sign::unit;
    return clock;
  }
  if (cursor.sees(Kind::dot) && !cursor.peek()->gap && cursor.sees_figures({2}, 1) && !cursor.peek(1)->gap) {
    cursor.next();
    return behind_dot(cursor, hours);
  }
  if (accept_loose_sign(cursor)) return clock_at(hours.value, *cursor.figures({2}), style_of(hours, true), Clock::Sign::loose);
  return clock_at(hours.value, 0, style_of(hours, false), Clock::Sign::none);
}

// "nine", "nine thirty", "아홉시 삼십분": with a unit or, where the word allows it, beside other words.
std::optional<Clock> in_words(Cursor& cursor) {
  const Token hours = cursor.next();
  if (hours.value > 24) return std::nullopt;
  if (cursor.accept(Kind::hour)) return behind_unit(cursor, hours);
  if (hours.needs_unit) return std::nullopt;
  int minutes = 0;
  if (cursor.sees(Kind::number) && cursor.peek()->digits == 0 && !cursor.peek()->needs_unit && cursor.peek()->value > 12) minutes = cursor.next().value;
  auto clock = clock_at(hours.value, minutes, Clock::Style::bare, Clock::Sign::none);
  if (clock) clock->in_words = true;
  return clock;
}

// "ten past nine"
std::optional<Clock> past_hour(Cursor& cursor) {
  const int minutes = cursor.next().value;
  cursor.next();
  if (!cursor.sees(Kind::number) || cursor.peek()->value > 12) return std::nullopt;
  return clock_at(cursor.next().value, minutes, Clock::Style::bare, Clock::Sign::unit);
}

std::optional<Clock> shifted(std::optional<Clock> clock, int minutes) {
  if (!clock || clock->minute % hour != 0 || clock->minute < hour) return std::nullopt;
  clock->minute += minutes;
  if (clock->style != Clock::Style::exact) clock->style = clock->minute >= half_day ? Clock::Style::written : Clock::Style::bare;
  clock->sign = Clock::Sign::unit;
  return clock->minute < day ? clock : std::nullopt;
}

std::optional<Clock> unshifted(Cursor& cursor) {
  if (cursor.sees(Kind::clock)) {
    auto clock = clock_at(cursor.peek()->value / hour, cursor.peek()->value % hour, Clock::Style::bare, Clock::Sign::unit);
    if (cursor.next().value < hour) clock->style = Clock::Style::bare;
    return clock;
  }
  if (!cursor.sees(Kind::number)) return std::nullopt;
  if (cursor.sees(Kind::past, 1)) return past_hour(cursor);
  return cursor.peek()->digits > 0 ? in_figures(cursor) : in_words(cursor);
}

}  // namespace

std::optional<Clock> read_clock(Cursor& cursor) {
  if (cursor.sees(Kind::shift_before)) {
    const int minutes = cursor.next().value;
    if (!cursor.sees(Kind::number) || cursor.peek()->value > 12 || cursor.peek()->digits > 2) return std::nullopt;
    return shifted(unshifted(cursor), minutes);
  }
  auto clock = unshifted(cursor);
  if (clock && cursor.sees(Kind::shift_after)) clock = shifted(clock, cursor.next().value);
  if (clock && clock->sign == Clock::Sign::unit) clock->in_words = false;
  return clock;
}

}  // namespace segue::values
