#include "values/time_grammar.hpp"

#include <algorithm>

#include "values/cursor.hpp"

namespace segue::values {
namespace {

using Form = Expression::Form;

class Parser {
 public:
  explicit Parser(const std::vector<Token>& tokens) : cursor_(tokens) {}
  std::optional<Expression> whole(bool with_date);

 private:
  bool accept(Kind kind) { return cursor_.accept(kind); }
  bool zone();
  bool leave_out(Moment& moment);
  std::optional<Moment> moment();
  std::optional<Form> opens();
  std::optional<Expression> opened(Form form, std::optional<Part> within);
  std::optional<Expression> range(Moment first);
  std::optional<Expression> several(Moment first);
  std::optional<Expression> behind(Moment first, bool announced);
  std::optional<Expression> limited(const Moment& first);
  std::optional<Expression> expression();

  Cursor cursor_;
  DatePrefix date_;
  bool dated_ = false;
};

// "+09:00" behind a date-time: its clock is the local one. UTC is not: nobody said which place is meant.
bool Parser::zone() {
  if (!dated_ || !(accept(Kind::plus) || (date_.iso_time && accept(Kind::dash)))) return true;
  if (const auto compact = cursor_.figures({4})) return *compact != 0;
  const auto hours = cursor_.figures({2});
  if (!hours) return false;
  if (!accept(Kind::colon)) return *hours != 0;
  const auto minutes = cursor_.figures({2});
  return minutes && (*hours != 0 || *minutes != 0);
}

// What stands beside a time and does not change it, or changes how sure it is.
bool Parser::leave_out(Moment& moment) {
  if (accept(Kind::filler)) return true;
  if (accept(Kind::day_word)) return moment.day_named = true;
  if (accept(Kind::about)) return moment.about = true;
  const bool towards = moment.parts.empty() && cursor_.peek(1) != nullptr && cursor_.peek(1)->gap;   // "a 9", but not "A9"
  if (!moment.clock && (accept(Kind::at) || (towards && accept(Kind::towards)))) return moment.at = true;
  // "오전, 9시" and "morning, please": a comma between a part of the day and what belongs to it.
  const bool belongs = cursor_.sees(Kind::filler, 1) || (!moment.clock && cursor_.sees(Kind::number, 1));
  return cursor_.sees(Kind::comma) && !moment.parts.empty() && belongs && accept(Kind::comma);
}

std::optional<Moment> Parser::moment() {
  Moment moment;
  while (!cursor_.at_end()) {
    if (leave_out(moment)) continue;
    if (cursor_.sees(Kind::part) || cursor_.sees(Kind::point)) {
      moment.parts.push_back(cursor_.next().part);
      if (cursor_.sees(Kind::shift_after) && moment.parts.back().is_point() && !moment.clock) {   // "midi et demi"
        Part later = moment.parts.back();
        later.from += cursor_.next().value;
        later.to = later.from;
        moment.parts.back() = later;
      }
    } else if ((cursor_.sees(Kind::number) || cursor_.sees(Kind::clock) || cursor_.sees(Kind::shift_before)) && !moment.clock) {
      if (!(moment.clock = read_clock(cursor_)) || !zone()) return std::nullopt;
    } else {
      break;
    }
  }
  if (!moment.clock && moment.parts.size() != 1) return std::nullopt;
  if (!moment.clock && accept(Kind::duration)) cursor_.skip(Kind::filler);  // "오전 시간대"; behind a clock it would be a duration
  return moment;
}

std::optional<Form> Parser::opens() {
  if (accept(Kind::after)) return Form::after;
  if (accept(Kind::before) || accept(Kind::until)) return Form::until;
  return std::nullopt;
}

std::optional<Expression> Parser::opened(Form form, std::optional<Part> within) {
  const auto last = moment();
  if (!last) return std::nullopt;
  return Expression{form, {*last}, within};
}

std::optional<Expression> Parser::range(Moment first) {
  const auto second = moment();
  if (!second) return std::nullopt;
  accept(Kind::earlier);                                         // "11시까지"
  cursor_.skip(Kind::filler);
  return Expression{Form::range, {std::move(first), *second}, {}};
}

// Bare figures with a sign between them may be anything: one of the times has to look like one.
std::optional<Expression> Parser::several(Moment first) {
  Expression expression{Form::several, {std::move(first)}, {}};
  bool said = false;
  for (bool more = true; more;) {
    const bool word = accept(Kind::alternative) || accept(Kind::conjunction);
    more = word || accept(Kind::comma) || accept(Kind::slash) || accept(Kind::semicolon);
    if (!more) break;
    if (!word) accept(Kind::alternative);
    const auto next = moment();
    if (!next) return std::nullopt;
    said = said || word;
    expression.moments.push_back(*next);
  }
  const bool marked = said || std::ranges::any_of(expression.moments, &Moment::is_marked);
  return marked ? std::optional(std::move(expression)) : std::nullopt;
}

// "in the evening, after 18:00", "утром до 11": a part of the day, and a time that opens it to one side.
std::optional<Expression> Parser::limited(const Moment& first) {
  if (first.clock || first.is_point()) return std::nullopt;
  const auto place = cursor_.place();
  if (cursor_.sees(Kind::comma)) cursor_.next();
  if (const auto form = opens())
    if (auto found = opened(*form, first.parts.front()); found && found->moments.front().clock) return found;
  cursor_.back_to(place);
  return std::nullopt;
}

std::optional<Expression> Parser::behind(Moment first, bool announced) {
  const auto joined = [&] { return accept(Kind::dash) || accept(Kind::to) || accept(Kind::towards) || accept(Kind::until); };
  if (accept(Kind::since)) {                                     // "9시부터"
    if (cursor_.at_end()) return Expression{Form::since, {std::move(first)}, {}};
    joined();
    return range(std::move(first));
  }
  if (auto found = limited(first); found && !announced) return found;
  if (joined()) return range(std::move(first));
  if (announced) return std::nullopt;
  const bool plus = cursor_.sees(Kind::plus) && cursor_.peek(1) == nullptr && accept(Kind::plus);  // "2pm+"
  if (plus || accept(Kind::onwards)) return Expression{Form::after, {std::move(first)}, {}};
  if (accept(Kind::earlier)) return Expression{Form::until, {std::move(first)}, {}};
  if (cursor_.at_end()) return Expression{Form::single, {std::move(first)}, {}};
  return several(std::move(first));
}

std::optional<Expression> Parser::expression() {
  cursor_.skip(Kind::filler);
  if (accept(Kind::between)) {
    const auto first = moment();
    return first && accept(Kind::conjunction) ? range(*first) : std::nullopt;
  }
  if (const auto form = opens()) return opened(*form, {});
  if (!accept(Kind::from)) {
    const auto first = moment();
    return first ? behind(*first, false) : std::nullopt;
  }
  const auto first = moment();
  if (!first) return std::nullopt;
  const auto place = cursor_.place();
  accept(Kind::onwards);                                         // "from 3pm onwards"
  cursor_.skip(Kind::filler);
  if (cursor_.at_end()) return Expression{Form::since, {*first}, {}};
  cursor_.back_to(place);
  return behind(*first, true);
}

// A weekday or a date makes a bare number beside it a day: "Friday the 13".
bool says_time(const Expression& expression, bool needs_word) {
  return std::ranges::all_of(expression.moments, [&](const Moment& moment) {
    const bool sign = moment.clock && moment.clock->sign != Clock::Sign::none;
    const bool word = moment.at || !moment.parts.empty() || (moment.clock && moment.clock->sign == Clock::Sign::unit);
    return word || (!needs_word && (sign || expression.form != Form::single || (moment.clock && moment.clock->compact)));
  });
}

std::optional<Expression> Parser::whole(bool with_date) {
  bool day = false;
  for (bool more = true; more;) {                                // "Thu, 15 Jan 2026"; "월,수 오전"
    more = cursor_.skip(Kind::day_word);
    day = day || more;
    if (more && (cursor_.sees(Kind::comma) || cursor_.sees(Kind::slash))) cursor_.next();
    else more = false;
  }
  if (with_date) {
    const auto date = read_date(cursor_);
    if (!date) return std::nullopt;
    date_ = *date;
    dated_ = true;
  }
  auto found = expression();
  while (cursor_.sees(Kind::filler) || cursor_.sees(Kind::day_word)) day = cursor_.next().kind == Kind::day_word || day;
  if (!found || !cursor_.at_end()) return std::nullopt;
  day = day || std::ranges::any_of(found->moments, &Moment::day_named);
  if ((day || dated_) && !date_.iso_time && !says_time(*found, date_.needs_word)) return std::nullopt;
  found->dated = dated_;
  return found;
}

}  // namespace

std::optional<Expression> parse_time(const std::vector<Token>& tokens) {
  if (auto plain = Parser(tokens).whole(false)) return plain;
  return Parser(tokens).whole(true);
}

}  // namespace segue::values
