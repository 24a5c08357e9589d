#include "values/time_parser.hpp"

#include <initializer_list>

namespace segue::values {
namespace {

class Parser {
 public:
  explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens) {}
  std::optional<Expression> whole();

 private:
  const Token* peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool sees(Kind kind, std::size_t ahead = 0) const { return peek(ahead) != nullptr && peek(ahead)->kind == kind; }
  bool accept(Kind kind) { return sees(kind) && ++at_ > 0; }
  void skip(Kind kind) { while (accept(kind)) {} }
  // A number of so many digits.
  std::optional<int> number(std::initializer_list<int> digits);
  // Two digits that nothing separates from what stands before.
  std::optional<int> joined_pair();

  bool date();
  bool zone();
  std::optional<Clock> clock();
  std::optional<Clock> clock_after_colon(Clock clock);
  std::optional<Clock> clock_with_units(Clock clock);
  std::optional<Moment> moment();
  std::optional<Expression::Form> open_form();
  std::optional<Expression> expression();

  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  bool dated_ = false;
};

std::optional<int> Parser::number(std::initializer_list<int> digits) {
  if (!sees(Kind::number)) return std::nullopt;
  for (const int count : digits)
    if (peek()->digits == count) return tokens_[at_++].value;
  return std::nullopt;
}

std::optional<int> Parser::joined_pair() {
  if (!sees(Kind::number) || peek()->gap) return std::nullopt;
  return number({2});
}

// "2026-01-15", "2026. 1. 15.", "2026년 1월 15일"; false where a date begins and is none.
bool Parser::date() {
  if (!sees(Kind::number) || peek()->digits != 4) return true;
  const auto* separator = peek(1);
  const auto* next = peek(2);
  if (separator == nullptr || next == nullptr || next->kind != Kind::number || next->digits > 2) return true;
  const auto kind = separator->kind;
  if (kind != Kind::dash && kind != Kind::dot && kind != Kind::slash && kind != Kind::year) return true;
  at_ += 2;
  const auto month = number({1, 2});
  if (!month || *month < 1 || *month > 12 || !accept(kind == Kind::year ? Kind::month : kind)) return false;
  const auto day = number({1, 2});
  if (!day || *day < 1 || *day > 31) return false;
  if (kind == Kind::year && !accept(Kind::day)) return false;
  if (kind == Kind::dot) accept(Kind::dot);
  dated_ = true;
  return accept(Kind::date_time) || (peek() != nullptr && peek()->gap);
}

// "+09:00" behind a date-time: its clock is the local one. UTC is not: nobody said which place is meant.
bool Parser::zone() {
  if (!dated_ || !accept(Kind::plus)) return true;
  if (const auto compact = number({4})) return *compact != 0;
  const auto hours = number({2});
  if (!hours) return false;
  if (!accept(Kind::colon)) return *hours != 0;
  const auto minutes = number({2});
  return minutes && (*hours != 0 || *minutes != 0);
}

std::optional<Clock> valid(Clock clock) {
  if (clock.minute > 59 || clock.hour > 24 || (clock.hour == 24 && clock.minute != 0)) return std::nullopt;
  return clock;
}

std::optional<Clock> Parser::clock_after_colon(Clock clock) {
  const auto minute = number({2});
  if (!minute) return std::nullopt;
  clock.minute = *minute;
  if (accept(Kind::colon)) {
    const auto second = number({2});
    if (!second || *second > 59) return std::nullopt;
    if (accept(Kind::dot) && !number({1, 2, 3, 4, 5, 6, 7, 8, 9})) return std::nullopt;
  }
  return valid(clock);
}

// Behind "9시" or "9h": "30분", "반", "30", or nothing.
std::optional<Clock> Parser::clock_with_units(Clock clock) {
  if (accept(Kind::half)) {
    clock.minute = 30;
    return valid(clock);
  }
  if (!sees(Kind::number)) return valid(clock);
  if (sees(Kind::minute, 1)) {
    clock.minute = tokens_[at_].value;
    at_ += 2;
    if (sees(Kind::number) && sees(Kind::second, 1) && peek()->value < 60) at_ += 2;
    return valid(clock);
  }
  const auto minute = joined_pair();
  if (!minute) return std::nullopt;
  clock.minute = *minute;
  return valid(clock);
}

std::optional<Clock> Parser::clock() {
  if (!sees(Kind::number)) return std::nullopt;
  const Token first = tokens_[at_++];
  const bool zero = first.digits > 1 && first.value < (first.digits == 4 ? 1000 : 10);
  if (first.digits == 4) {
    // "2026" is rather a year than 20:26.
    const bool year = first.value >= 1900 && first.value < 2100 && first.value % 100 % 15 != 0;
    if (!accept(Kind::hour)) accept(Kind::hours);
    return year ? std::nullopt : valid({first.value / 100, first.value % 100, zero});
  }
  const Clock clock{first.value, 0, zero};
  if (first.digits > 2) return std::nullopt;
  if (accept(Kind::hour)) return clock_with_units(clock);
  if (first.digits == 0) return std::nullopt;  // a number in words is a time only with its unit
  if (accept(Kind::colon)) return clock_after_colon(clock);
  if (sees(Kind::dot) && !peek()->gap) {
    ++at_;
    const auto minute = joined_pair();
    return minute ? valid({clock.hour, *minute, zero}) : std::nullopt;
  }
  return valid(clock);
}

std::optional<Moment> Parser::moment() {
  Moment moment;
  skip(Kind::filler);
  for (bool more = true; more;) {
    more = false;
    if (sees(Kind::day_part)) {
      moment.parts.push_back(tokens_[at_++].span);
      more = true;
    } else if (sees(Kind::number) && !moment.clock) {
      // A number without unit or word is taken for an hour, but a mere 0 rather says that nothing was chosen.
      const bool lone_zero = peek()->value == 0 && peek()->digits < 3 && tokens_.size() == 1;
      if (lone_zero || !(moment.clock = clock()) || !zone()) return std::nullopt;
      more = true;
    }
    skip(Kind::filler);
  }
  if (!moment.clock && moment.parts.size() != 1) return std::nullopt;
  if (!moment.clock) accept(Kind::hours);  // "오전 시간대"; behind a clock it would be a duration
  return moment;
}

// What stands before a moment, or behind it, and opens it to one side.
std::optional<Expression::Form> Parser::open_form() {
  if (accept(Kind::after)) return Expression::Form::after;
  if (accept(Kind::until)) return Expression::Form::until;
  return std::nullopt;
}

std::optional<Expression> Parser::expression() {
  skip(Kind::filler);
  const bool announced = accept(Kind::from);  // "from 9 to 11"
  const auto before = announced ? std::nullopt : open_form();
  const auto first = moment();
  if (!first) return std::nullopt;
  if (before) return Expression{*before, *first, {}};
  if (const auto behind = open_form()) return Expression{*behind, *first, {}};
  const bool from = accept(Kind::from);  // "9시부터"
  if (from && peek() == nullptr) return Expression{Expression::Form::after, *first, {}};
  const bool joined = accept(Kind::dash) || accept(Kind::to) || (announced && accept(Kind::conjunction)) || from;
  if (!joined) return announced ? std::nullopt : std::optional(Expression{Expression::Form::single, *first, {}});
  const auto second = moment();
  if (!second) return std::nullopt;
  accept(Kind::until);  // "11시까지"
  return Expression{Expression::Form::range, *first, *second};
}

std::optional<Expression> Parser::whole() {
  if (!date()) return std::nullopt;
  auto found = expression();
  skip(Kind::filler);
  accept(Kind::dot);
  return at_ == tokens_.size() ? found : std::nullopt;
}

}  // namespace

std::optional<Expression> parse_time(const std::vector<Token>& tokens) { return Parser(tokens).whole(); }

}  // namespace segue::values
