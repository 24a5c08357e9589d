// The date that may stand before a time. Which day it is does not matter here, only where it ends.
#include "values/cursor.hpp"

namespace segue::values {
namespace {

bool is_day(int number) { return number >= 1 && number <= 31; }
bool is_month(int number) { return number >= 1 && number <= 12; }
bool day_and_month(int a, int b) { return (is_day(a) && is_month(b)) || (is_month(a) && is_day(b)); }

bool joins_dates(Kind kind) { return kind == Kind::dash || kind == Kind::dot || kind == Kind::slash; }

// 20260115
bool compact(Cursor& cursor) {
  if (!cursor.sees_figures({8})) return false;
  const int number = cursor.next().value;
  return number / 10000 >= 1900 && number / 10000 < 2100 && is_month(number / 100 % 100) && is_day(number % 100);
}

// Three numbers with the same sign between them, the year first or last.
bool with_signs(Cursor& cursor) {
  const bool year_first = cursor.sees_figures({4});
  if (!year_first && !cursor.sees_figures({1, 2})) return false;
  if (cursor.peek(1) == nullptr || !joins_dates(cursor.peek(1)->kind)) return false;
  const auto sign = cursor.peek(1)->kind;
  const int first = cursor.next().value;
  cursor.next();
  const auto second = cursor.figures({1, 2});
  if (!second || !cursor.accept(sign)) return false;
  const auto third = year_first ? cursor.figures({1, 2}) : cursor.figures({1, 2, 4});
  if (!third) return false;
  if (sign == Kind::dot) cursor.accept(Kind::dot);
  if (year_first) return is_month(*second) && is_day(*third);
  return day_and_month(first, *second) || (sign == Kind::dash && day_and_month(*second, *third));
}

// 1/15, 15.01
bool short_with_sign(Cursor& cursor) {
  if (!cursor.sees_figures({1, 2}) || (!cursor.sees(Kind::slash, 1) && !cursor.sees(Kind::dot, 1))) return false;
  const int first = cursor.next().value;
  cursor.next();
  const auto second = cursor.figures({1, 2});
  return second && day_and_month(first, *second);
}

// 2026년 1월 15일, 1월 15일, 15일
bool with_units(Cursor& cursor) {
  if (cursor.sees_figures({2, 4}) && cursor.sees(Kind::year, 1)) { cursor.next(); cursor.next(); }
  if (cursor.sees_figures({1, 2}) && cursor.sees(Kind::month, 1)) {
    if (!is_month(cursor.next().value)) return false;
    cursor.next();
  }
  const auto number = cursor.figures({1, 2});
  return number && is_day(*number) && cursor.accept(Kind::day);
}

// 15 January 2026, January 15, 2026, 15 января
bool with_month_name(Cursor& cursor) {
  const bool name_first = cursor.accept(Kind::month_name);
  const auto number = cursor.figures({1, 2});
  if (!number || !is_day(*number)) return false;
  if (!name_first) {
    cursor.accept(Kind::dot);
    if (!cursor.accept(Kind::month_name)) return false;
  }
  const auto place = cursor.place();
  cursor.accept(Kind::comma);
  if (cursor.sees_figures({4}) && cursor.peek()->value >= 1900 && cursor.peek()->value < 2100) cursor.next();
  else cursor.back_to(place);
  cursor.skip(Kind::filler);
  return true;
}

}  // namespace

std::optional<DatePrefix> read_date(Cursor& cursor) {
  const auto start = cursor.place();
  for (const auto form : {compact, with_signs, with_units, with_month_name, short_with_sign}) {
    cursor.back_to(start);
    const bool dotted = form == short_with_sign && cursor.sees(Kind::dot, 1);
    if (!form(cursor)) continue;
    if (cursor.accept(Kind::date_time)) return DatePrefix{true, false};
    const bool apart = cursor.accept(Kind::comma) || form == with_units || (cursor.peek() != nullptr && cursor.peek()->gap);
    if (apart) return DatePrefix{false, dotted};
  }
  cursor.back_to(start);
  return std::nullopt;
}

}  // namespace segue::values
