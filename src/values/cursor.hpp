// A place in a list of tokens; what the parts of the grammar have in common. Private to values/.
#pragma once
#include <initializer_list>

#include "values/time_grammar.hpp"

namespace segue::values {

class Cursor {
 public:
  explicit Cursor(const std::vector<Token>& tokens) : tokens_(tokens) {}

  const Token* peek(std::size_t ahead = 0) const { return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr; }
  bool sees(Kind kind, std::size_t ahead = 0) const { return peek(ahead) != nullptr && peek(ahead)->kind == kind; }
  bool accept(Kind kind) { return sees(kind) && ++at_ > 0; }
  bool skip(Kind kind) { bool any = false; while (accept(kind)) any = true; return any; }
  bool at_end() const { return at_ == tokens_.size(); }
  const Token& next() { return tokens_[at_++]; }
  std::size_t place() const { return at_; }
  void back_to(std::size_t place) { at_ = place; }

  // A number in figures, of so many digits.
  bool sees_figures(std::initializer_list<int> digits, std::size_t ahead = 0) const {
    if (!sees(Kind::number, ahead)) return false;
    for (const int count : digits)
      if (peek(ahead)->digits == count) return true;
    return false;
  }
  std::optional<int> figures(std::initializer_list<int> digits) {
    return sees_figures(digits) ? std::optional(next().value) : std::nullopt;
  }

 private:
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
};

// "9:30", "0930", "9시 반", "half past nine" (time_clock.cpp)
std::optional<Clock> read_clock(Cursor& cursor);
// "2026-01-15T", "15.01.2026", "Jan 15, 2026", "1월 15일" (time_date.cpp)
struct DatePrefix {
  bool iso_time = false;                                         // a T, so that "-05:00" behind the clock is a zone
  bool needs_word = false;                                       // "15.01": could itself be a time
};
std::optional<DatePrefix> read_date(Cursor& cursor);

}  // namespace segue::values
